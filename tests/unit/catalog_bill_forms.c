/* Bills of materials: reports of Trivy and of this program, attestations in all their wrappings, distributions by many names, and
 * damage. */
#include "bill_unit.h"

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* ---- reports ------------------------------------------------------------------------------------------------------------------------------ */

static const char trivy[] =
    "{'SchemaVersion':2,'ArtifactName':'harbour.tar','ArtifactType':'container_image','Metadata':{'OS':{'Family':'ubuntu','Name':"
    "'20.04','Extended':true},'ImageID':'sha256:" SHA "','DiffIDs':['sha256:" SHA
    "'],'RepoTags':['harbour:1'],'ImageConfig':{'os':"
    "'linux','architecture':'arm64','history':[{'created_by':'ENV','empty_layer':true},{'created_by':'RUN apt'}]},"
    "'Layers':[{'Size':7,'Digest':'sha256:" SHA "','DiffID':'sha256:" SHA "'}]},'Results':["
    "{'Target':'harbour.tar (ubuntu 20.04)','Class':'os-pkgs','Type':'ubuntu','Packages':[{'ID':'bash@5.0-6','Name':'bash','Identifier':"
    "{'PURL':'pkg:deb/ubuntu/bash@5.0-6?arch=arm64&distro=ubuntu-20.04','UID':'1'},'Version':'5.0','Release':'6','Epoch':1,'Arch':"
    "'arm64','SrcName':'bash','SrcVersion':'5.0','SrcRelease':'6','SrcEpoch':1,'Licenses':['GPL','LGPL'],'Maintainer':'Mates <a@b>',"
    "'DependsOn':['libc6@2.31-0'],'Layer':{'Digest':'sha256:" SHA "','DiffID':'sha256:" SHA
    "'}},{'ID':'libc6@2.31-0','Name':'libc6',"
    "'Version':'2.31','Release':'0','Arch':'arm64','SrcName':'glibc','SrcVersion':'2.31','SrcRelease':'0'}]},"
    "{'Target':'Java','Class':'lang-pkgs','Type':'jar','Packages':[{'Name':'org.quay:rope','Version':'1.0','FilePath':"
    "'app/ship.jar/lib/rope.jar','Digest':'sha1:00','Drydock':{'File':'app/ship.jar','CPEs':['cpe:2.3:a:r'],'Owner':'libc6'}}],"
    "'Drydock':{'GoneFindings':[]}},"
    "{'Target':'app/go.mod','Class':'lang-pkgs','Type':'gomod','Packages':[{'ID':'a@v1','Name':'example.org/Mast','Version':'v1.0.0',"
    "'Relationship':'direct','DependsOn':['b@v2'],'Locations':[{'StartLine':3,'EndLine':4}]},{'ID':'b@v2','Name':'example.org/tide',"
    "'Version':'v2.0.0','Indirect':true,'Dev':true,'Drydock':{'LockedOnly':true}}],'Drydock':{'GoneFindings':[{'VulnerabilityID':'x',"
    "'PkgID':'b@v2'}]}},"
    "{'Target':'Python','Class':'lang-pkgs','Type':'python-pkg','Vulnerabilities':[{'VulnerabilityID':'CVE-1','PkgID':'p@1','PkgName':"
    "'pip','PkgPath':'usr/lib/pip/METADATA','InstalledVersion':'1','PkgIdentifier':{'PURL':'pkg:pypi/pip@1'}},{'VulnerabilityID':"
    "'CVE-2','PkgName':'pip','PkgPath':'usr/lib/pip/METADATA','InstalledVersion':'1'}]},"
    "{'Target':'Dockerfile','Class':'config','Type':'dockerfile','Misconfigurations':[]}],"
    "'Drydock':{'Incomplete':true,'OwnedPackages':[{'Type':'node-pkg','Name':'npm','Version':'9','FilePath':'usr/npm/package.json',"
    "'Owner':'bash'}],'LockedPackages':[{'Type':'yarn','Name':'knot','Version':'2','FilePath':'app/yarn.lock'}],'Facts':[{'Key':"
    "'content-set','Value':'rhel-9','File':'root/buildinfo'},{'Key':'other','Value':'x'}]}}";

static void reports_come_back(void **state)
{
    (void)state;
    struct bill_read b;
    bill_read_quoted(&b, trivy);
    assert_string_equal(b.bill.type, "trivy");
    assert_distro(&b, "ubuntu", "20.04");
    assert_str(b.bill.arch, "arm64");
    assert_int_equal(b.bill.layer_count, 1);
    assert_str(b.bill.layers[0].created_by, "RUN apt");
    assert_int_equal(b.facts.package_count, 8);
    const struct package *p = bill_package(&b, "bash");
    assert_kind(p, "dpkg");
    assert_str(p->version, "1:5.0-6");
    assert_str(p->source_name, "");
    assert_str(p->source_version, "");
    assert_str(p->licence, "GPL\nLGPL");
    assert_str(p->depends, bill_package(&b, "libc6")->id.ptr);
    assert_int_equal(b.bill.package_layers[p - b.facts.packages], 1);
    assert_str(bill_package(&b, "libc6")->source_name, "glibc");
    p = bill_package(&b, "org.quay:rope");
    assert_str(p->path, "app/ship.jar");
    assert_str(p->within, "lib/rope.jar");
    assert_str(p->owner, "libc6");
    assert_str(p->cpes, "cpe:2.3:a:r");
    p = bill_package(&b, "example.org/Mast");
    assert_kind(p, "gomod");
    assert_str(p->path, "app/go.mod");
    assert_true(p->line == 3 && p->end_line == 4 && !p->gone);
    assert_int_equal(p->relation, RELATION_DIRECT);
    p = bill_package(&b, "example.org/tide");
    assert_true(p->dev && p->gone && p->locked_only && p->relation == RELATION_INDIRECT);
    bill_free(&b);
}

static void reports_tell_what_decides(void **state)
{
    (void)state;
    struct bill_read b;
    bill_read_quoted(&b, trivy);
    assert_int_equal(b.facts.note_count, 2);
    assert_str(b.facts.notes[0].key, "esm");
    assert_str(b.facts.notes[1].value, "rhel-9");
    assert_str(b.facts.notes[1].path, "root/buildinfo");
    assert_str(bill_package(&b, "npm")->owner, "bash");
    assert_true(bill_package(&b, "knot")->locked_only);
    assert_str(bill_package(&b, "pip")->path, "usr/lib/pip/METADATA");
    assert_true(bill_warns(&b, "lists only packages with vulnerabilities"));
    assert_true(bill_warns(&b, "incomplete"));
    assert_true(b.facts.warnings[0].incomplete || b.facts.warnings[1].incomplete);
    bill_free(&b);
}

static void builds_of_red_hat_are_noted_once(void **state)
{
    (void)state;
    struct bill_read b;
    bill_read_quoted(
        &b,
        "{'ArtifactName':'a','Metadata':{'OS':{'Family':'redhat','Name':'9.4'}},'Results':[{'Class':'os-pkgs','Type':'redhat',"
        "'Packages':[{'Name':'a','Version':'1','Release':'2','BuildInfo':{'ContentSets':['s1','s2']}},{'Name':'b','Version':"
        "'1','Release':'2','BuildInfo':{'ContentSets':['s1','s2'],'Nvr':'ubi9-9.4-1','Arch':'x86_64'}}]}]}");
    assert_kind(bill_package(&b, "a"), "rpm"); /* by the distribution's name */
    assert_str(bill_package(&b, "a")->version, "1-2");
    assert_int_equal(b.facts.note_count, 3);
    assert_str(b.facts.notes[2].key, "nvr");
    assert_str(b.facts.notes[2].value, "ubi9-9.4-1-x86_64");
    bill_free(&b);
}

static void equal_packages_are_one(void **state)
{
    (void)state;
    struct bill_read b;
    bill_read_quoted(
        &b, "{'bomFormat':'CycloneDX','components':[{'bom-ref':'a','name':'a','purl':'pkg:npm/a@1'},{'bom-ref':'b','name':'a',"
            "'purl':'pkg:npm/a@1'},{'bom-ref':'c','name':'c','purl':'pkg:npm/c@1'},{'name':'a','purl':'pkg:npm/a@1'},"
            "{'name':'a','purl':'pkg:npm/a@2'}],'dependencies':[{'ref':'c','dependsOn':['b']}]}");
    assert_int_equal(b.facts.package_count, 3);
    assert_str(bill_package(&b, "c")->depends, "a");
    bill_free(&b);
}

static void ranges_are_no_versions(void **state)
{
    (void)state;
    struct bill_read b;
    bill_read_quoted(
        &b, "{'spdxVersion':'SPDX-2.3','packages':[{'SPDXID':'a','name':'a','versionInfo':'^ 1.2','externalRefs':["
            "{'referenceType':'purl','referenceLocator':'pkg:npm/a'}]},{'SPDXID':'b','name':'b','versionInfo':'>= 1, < 2',"
            "'externalRefs':[{'referenceType':'purl','referenceLocator':'pkg:npm/b'}]},{'SPDXID':'c','name':'c','versionInfo':"
            "'1.0','externalRefs':[{'referenceType':'purl','referenceLocator':'pkg:npm/c'}]}]}");
    assert_str(bill_package(&b, "a")->version, "");
    assert_str(bill_package(&b, "b")->version, "");
    assert_str(bill_package(&b, "c")->version, "1.0");
    assert_true(bill_warns(&b, "2 packages have no version"));
    bill_free(&b);
}

/* Of several components with one reference the first has what it needs: else N components times N links would be too many. */
static void references_are_of_one(void **state)
{
    (void)state;
    struct bill_read b;
    bill_read_quoted(
        &b,
        "{'bomFormat':'CycloneDX','components':[{'bom-ref':'x','name':'a','purl':'pkg:npm/a@1'},{'bom-ref':'x','name':'b',"
        "'purl':'pkg:npm/b@1'},{'bom-ref':'c','name':'c','purl':'pkg:npm/c@1'}],'dependencies':[{'ref':'x','dependsOn':['c']}]}");
    assert_str(bill_package(&b, "a")->depends, "c");
    assert_str(bill_package(&b, "b")->depends, "");
    bill_free(&b);
}

static void warnings_of_one_sort_have_an_end(void **state)
{
    (void)state;
    struct bill_read b;
    struct buf text;
    buf_init(&text, 1 << 20);
    buf_text(&text, "{\"bomFormat\":\"CycloneDX\",\"components\":[{\"name\":\"a\"}");
    for (unsigned i = 0; i < 100; i++)
        buf_printf(
            &text,
            ",{\"name\":\"t\",\"purl\":\"pkg:shell%u/a@1\"},{\"name\":\"d%u\",\"purl\":\"pkg:deb/d%u/a%u@1?distro=d%u-1\"}", i, i,
            i, i, i);
    buf_text(&text, "]}");
    bill_read(&b, buf_view(&text));
    assert_true(b.ok);
    assert_true(bill_warns(&b, "84 more types"));
    assert_true(b.facts.warning_count < 40);
    buf_free(&text);
    bill_free(&b);
}

/* ---- distributions ---------------------------------------------------------------------------------------------------------------------------- */

static void distributions_have_many_names(void **state)
{
    (void)state;
    static const struct {
        const char *purl, *family, *release;
    } rows[] = {
        { "pkg:deb/debian/a@1?distro=debian-12.5", "debian", "12.5" },
        { "pkg:deb/debian/a@1?distro=bookworm", "debian", "12" },
        { "pkg:deb/ubuntu/a@1?distro=ubuntu-jammy", "ubuntu", "22.04" },
        { "pkg:apk/alpine/a@1?distro=3.20.3", "alpine", "3.20.3" },
        { "pkg:apk/alpine/a@1?distro=alpine-3.20.3", "alpine", "3.20.3" },
        { "pkg:apk/wolfi/a@1?distro=wolfi-20230201", "wolfi", "20230201" },
        { "pkg:rpm/redhat/a@1?distro=rhel-9.2", "redhat", "9.2" },
        { "pkg:rpm/amzn/a@1?distro=amzn-2023", "amazon", "2023" },
        { "pkg:rpm/oracle/a@1?distro=ol-8.9", "oracle", "8.9" },
        { "pkg:rpm/opensuse/a@1?distro=opensuse-leap-15.5", "opensuse-leap", "15.5" },
        { "pkg:rpm/opensuse/a@1?distro=opensuse.leap-15.5", "opensuse-leap", "15.5" },
        { "pkg:rpm/suse/a@1?distro=sles-15.5", "sles", "15.5" },
        { "pkg:rpm/mariner/a@1?distro=mariner-2.0", "cbl-mariner", "2.0" },
        { "pkg:rpm/fedora/a@1?distro=fedora-39", "fedora", "39" },
        { "pkg:rpm/centos/a@1?arch=x86_64", "centos", "" },
        { "pkg:deb/linuxmint/a@1?distro=linuxmint-21", "linuxmint", "21" },
        { "pkg:alpm/arch/a@1?distro=arch", "arch", "" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char text[512];
        struct bill_read b;
        snprintf(text, sizeof text, "{'bomFormat':'CycloneDX','components':[{'name':'a','purl':'%s'}]}", rows[i].purl);
        bill_read_quoted(&b, text);
        assert_distro(&b, rows[i].family, rows[i].release);
        bill_free(&b);
    }
}

static void the_most_named_distribution_counts(void **state)
{
    (void)state;
    struct bill_read b;
    bill_read_quoted(
        &b, "{'bomFormat':'CycloneDX','components':[{'name':'a','purl':'pkg:deb/debian/a@1?distro=debian-11'},{'name':'b','purl':"
            "'pkg:deb/debian/b@1?distro=debian-12'},{'name':'c','purl':'pkg:deb/debian/c@1?distro=debian-12'},"
            "{'name':'d','purl':'pkg:deb/debian/d@1'},{'name':'e','purl':'pkg:npm/e@1?distro=alpine-3'}]}");
    assert_distro(&b, "debian", "12");
    assert_int_equal(b.facts.warning_count, 1);
    assert_true(bill_warns(&b, "1 OS packages are of debian 11, but are judged as those of debian 12"));
    bill_free(&b);
    bill_read_quoted(
        &b, "{'bomFormat':'CycloneDX','components':[{'name':'a','purl':'pkg:deb/debian/a@1?distro=debian-12'},"
            "{'type':'operating-system','name':'Debian GNU/Linux','version':'12.5'},{'bom-ref':'o','type':'operating-system',"
            "'name':'alpine','version':'3'}],'dependencies':[{'ref':'#1','dependsOn':['pkg:deb/debian/a@1?distro=debian-12']}]}");
    assert_distro(&b, "debian", "12.5");
    assert_true(bill_warns(&b, "names 2 operating systems"));
    bill_free(&b);
}

/* ---- wrappings ---------------------------------------------------------------------------------------------------------------------------------- */

#define PLAIN "{'bomFormat':'CycloneDX','components':[{'name':'a','purl':'pkg:npm/a@1'}]}"
#define STATEMENT \
    "{'_type':'https://in-toto.io/Statement/v0.1','predicateType':'https://cyclonedx.org/bom','predicate':" PLAIN "}"
#define PROVENANCE \
    "{'_type':'https://in-toto.io/Statement/v1','predicateType':'https://slsa.dev/provenance/v1','predicate':{'a':1}}"

/* A DSSE envelope around a statement, alone or in a bundle, on one line. */
static void put_envelope(struct buf *out, struct arena *arena, const char *statement, bool in_bundle)
{
    static char copy[4096];
    struct str payload = base64_encode(quoted(copy, sizeof copy, statement), arena);
    if (in_bundle)
        buf_text(out, "{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\",\"dsseEnvelope\":");
    buf_printf(out, "{\"payloadType\":\"application/vnd.in-toto+json\",\"payload\":\"%.*s\",\"signatures\":[{\"sig\":\"x\"}]}",
               STR_ARG(payload));
    buf_text(out, in_bundle ? ",\"verificationMaterial\":{}}\n" : "\n");
}

static void check_unwrapped(struct str text, bool is_attestation)
{
    struct bill_read b;
    bill_read(&b, text);
    if (!b.ok)
        print_message("%s\n%.*s\n", b.err.text, STR_ARG(text));
    assert_true(b.ok);
    assert_int_equal(b.facts.package_count, 1);
    assert_string_equal(b.bill.type, "cyclonedx");
    assert_int_equal(bill_warns(&b, "attestation"), is_attestation);
    bill_free(&b);
}

static void documents_are_unwrapped(void **state)
{
    (void)state;
    static const char *const plain[] = { PLAIN, "\xEF\xBB\xBF \n" PLAIN "\n", "{'sbom':" PLAIN "}",
                                         "{'a':[{}],'components':[{'name':'a','purl':'pkg:npm/a@1'}],'bomFormat':'CycloneDX'}" };
    static const char *const attested[] = { STATEMENT, "{'predicate':{'Data':" PLAIN "}}", PROVENANCE "\n" STATEMENT "\n" };
    static char copy[4096];
    for (size_t i = 0; i < ARRAY_LEN(plain); i++)
        check_unwrapped(quoted(copy, sizeof copy, plain[i]), false);
    for (size_t i = 0; i < ARRAY_LEN(attested); i++)
        check_unwrapped(quoted(copy, sizeof copy, attested[i]), true);
    check_unwrapped(
        STR("{\"predicate\":{\"Data\":\"{\\\"bomFormat\\\":\\\"CycloneDX\\\",\\\"components\\\":[{\\\"name\\\":\\\"a\\\","
            "\\\"purl\\\":\\\"pkg:npm/a@1\\\"}]}\",\"Timestamp\":\"x\"}}"),
        true);
}

static void envelopes_may_stand_one_a_line(void **state)
{
    (void)state;
    struct arena arena;
    struct buf text;
    arena_init(&arena, "test", 1 << 20);
    buf_init(&text, 1 << 20);
    put_envelope(&text, &arena, STATEMENT, false);
    check_unwrapped(buf_view(&text), true);
    buf_clear(&text);
    put_envelope(&text, &arena, STATEMENT, true);
    check_unwrapped(buf_view(&text), true);
    buf_clear(&text);
    put_envelope(&text, &arena, PROVENANCE, false);
    put_envelope(&text, &arena, STATEMENT, false);
    put_envelope(&text, &arena, "{'predicate':{'bomFormat':'CycloneDX'}}", false);
    check_unwrapped(buf_view(&text), true);
    buf_free(&text);
    arena_free(&arena);
}

static void what_is_not_read_is_said(void **state)
{
    (void)state;
    NEEDS_EXPAT();
    static const struct {
        const char *text, *says;
    } rows[] = {
        { "", "is no SBOM that is known here" },
        { "{}", "is no SBOM that is known here" },
        { "[1]", "is no SBOM that is known here" },
        { "hello\n", "is no SBOM that is known here" },
        { "{'bomFormat':'Other'}", "is no SBOM that is known here" },
        { "{'spdxVersion':'SPDX-9.0'}", "is no SBOM that is known here" },
        { "<project/>", "is no SBOM that is known here" },
        { "<rdf:RDF xmlns:spdx='http://spdx.org/rdf/terms#'/>", "SPDX as RDF/XML is not read" },
        { PROVENANCE, "predicate of type https://slsa.dev/provenance/v1" },
        { "{'payload':'***'}", "no base64" },
        { "{'ClusterName':'x','Resources':[]}", "Kubernetes" },
        { "{'bomFormat':'CycloneDX','components':[{'name':'a'", "JSON, line 1, column" },
        { "{'bomFormat':'CycloneDX'} x", "more text after the value" },
        { "{'a':\n\n tru}", "JSON, line 3" },
        { "<bom xmlns='http://cyclonedx.org/schema/bom/1.4'>\n<components>", "XML, line 2" },
    };
    static char copy[4096];
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct bill_read b;
        bill_read(&b, quoted(copy, sizeof copy, rows[i].text));
        if (b.ok || !str_contains(str_from(b.err.text), rows[i].says))
            print_message("%s: %s\n", rows[i].text, b.err.text);
        assert_false(b.ok);
        assert_true(str_contains(str_from(b.err.text), rows[i].says));
        bill_free(&b);
    }
    static const char wide[] = "\xFF\xFE{\0}\0", bare[] = "\0{\0}";
    struct bill_read b;
    bill_read(&b, str_make(wide, sizeof wide - 1));
    assert_true(!b.ok && str_contains(str_from(b.err.text), "UTF-16"));
    bill_free(&b);
    bill_read(&b, str_make(bare, sizeof bare - 1));
    assert_true(!b.ok && str_contains(str_from(b.err.text), "UTF-16"));
    bill_free(&b);
}

static void nothing_to_check_is_a_warning(void **state)
{
    (void)state;
    struct bill_read b;
    bill_read_quoted(&b, "{'bomFormat':'CycloneDX'}");
    assert_true(bill_warns(&b, "lists no packages"));
    bill_free(&b);
}

/* ---- damage -------------------------------------------------------------------------------------------------------------------------------------- */

static const char *const documents[] = {
    trivy,
    "{'bomFormat':'CycloneDX','metadata':{'component':{'type':'container','name':'i'}},'components':[{'bom-ref':'a','name':'a','purl':"
    "'pkg:npm/a@1','licenses':[{'license':{'id':'MIT'}}],'hashes':[{'alg':'SHA-1','content':'x'}],'properties':[{'name':'p','value':"
    "'v'}],'components':[{'name':'b','purl':'pkg:npm/b@1'}]}],'dependencies':[{'ref':'a','dependsOn':['b']}]}",
    "<bom xmlns='http://cyclonedx.org/schema/bom/1.4'><components><component type='library' bom-ref='a'><name>a</name>"
    "<purl>pkg:npm/a@1</purl><licenses><expression>A</expression></licenses></component></components></bom>",
    "{'spdxVersion':'SPDX-2.3','packages':[{'SPDXID':'a','name':'a','versionInfo':'1','externalRefs':[{'referenceType':'purl',"
    "'referenceLocator':'pkg:npm/a@1'}],'annotations':[{'comment':'Type: npm'}]}],'relationships':[{'spdxElementId':'a',"
    "'relationshipType':'OTHER','relatedSpdxElement':'a','comment':'evident-by'}]}",
    "SPDXVersion: SPDX-2.3\nPackageName: a\nSPDXID: a\nPackageVersion: 1\nExternalRef: P purl pkg:npm/a@1\nPackageComment: <text>\n\n</text>\n"
    "Relationship: a DEPENDS_ON a\nRelationshipComment: <text>x</text>\nAnnotator: t\nSPDXREF: a\nAnnotationComment: SrcName: b\n",
    "spdxVersion: SPDX-2.3\npackages:\n- SPDXID: a\n  name: a\n  versionInfo: '1'\n",
    "{'@context':['https://spdx.org/rdf/3.0.1/c'],'@graph':[{'type':'software_Package','spdxId':'a','name':'a','software_packageUrl':"
    "'pkg:npm/a@1'},{'type':'Relationship','from':'a','relationshipType':'dependsOn','to':['a']}]}",
    "{'artifacts':[{'id':'1','name':'a','version':'1','locations':[{'path':'/a'}],'licenses':[{'value':'MIT'}],'purl':'pkg:npm/a@1',"
    "'metadata':{'digest':[{'algorithm':'sha1','value':'0'}]}}],'distro':{'id':'debian'},'source':{'target':{'layers':[{'size':1}]}}}",
    "{'detector':{},'manifests':{'m':{'file':{'source_location':'a'},'resolved':{'a':{'package_url':'pkg:npm/a@1','dependencies':['a']}}}}}",
    "{'payload':'eyJwcmVkaWNhdGUiOnsiYm9tRm9ybWF0IjoiQ3ljbG9uZURYIn19'}",
    STATEMENT,
};

static void cut_anywhere_is_told(void **state)
{
    (void)state;
    NEEDS_EXPAT();
    NEEDS_YAML();
    static char copy[1 << 14];
    for (size_t i = 0; i < ARRAY_LEN(documents); i++) {
        struct str text = quoted(copy, sizeof copy, documents[i]);
        bool is_lines = text.ptr[0] != '{' && text.ptr[0] != '<';
        for (size_t len = 0; len < text.len; len++) {
            struct bill_read b;
            bill_read(&b, str_head(text, len));
            assert_true(b.ok ? is_lines : b.err.kind != ERROR_NONE && b.err.text[0]);
            bill_free(&b);
        }
    }
}

static void flips_survive(void **state)
{
    (void)state;
    static const char bytes[] = { '\0', '\n', ' ', ':', '"', '{', '[', '<', '\\', '\x80', '\xff' };
    static char copy[1 << 14];
    for (size_t i = 1; i < ARRAY_LEN(documents); i++) {
        struct str text = quoted(copy, sizeof copy, documents[i]);
        for (size_t at = 0; at < text.len; at++)
            for (size_t k = 0; k < sizeof bytes; k++) {
                struct bill_read b;
                char old = copy[at];
                copy[at] = bytes[k];
                bill_read(&b, text);
                copy[at] = old;
                assert_true(b.ok || b.err.text[0]);
                bill_free(&b);
            }
    }
}

static void too_little_memory_is_told(void **state)
{
    (void)state;
    static char copy[1 << 14];
    struct str text = quoted(copy, sizeof copy, trivy);
    for (size_t cap = 1 << 10; cap < 4u << 20; cap *= 2)
        for (unsigned which = 0; which < 2; which++) {
            struct arena arena, scratch;
            struct catalog_facts facts = { .arena = &arena };
            struct catalog_bill bill;
            struct error err = { 0 };
            arena_init(&arena, "facts", which ? cap : 64u << 20);
            arena_init(&scratch, "scratch", which ? 64u << 20 : cap);
            bool ok = catalog_bill_read(text, STR("a"), &scratch, &facts, &bill, &err);
            assert_true(ok || err.kind == ERROR_LIMIT);
            arena_free(&arena);
            arena_free(&scratch);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports_come_back),
        cmocka_unit_test(reports_tell_what_decides),
        cmocka_unit_test(builds_of_red_hat_are_noted_once),
        cmocka_unit_test(equal_packages_are_one),
        cmocka_unit_test(ranges_are_no_versions),
        cmocka_unit_test(references_are_of_one),
        cmocka_unit_test(warnings_of_one_sort_have_an_end),
        cmocka_unit_test(distributions_have_many_names),
        cmocka_unit_test(the_most_named_distribution_counts),
        cmocka_unit_test(documents_are_unwrapped),
        cmocka_unit_test(envelopes_may_stand_one_a_line),
        cmocka_unit_test(what_is_not_read_is_said),
        cmocka_unit_test(nothing_to_check_is_a_warning),
        cmocka_unit_test(cut_anywhere_is_told),
        cmocka_unit_test(flips_survive),
        cmocka_unit_test(too_little_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
