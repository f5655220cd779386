/* Bills of materials that are handed over as such: CycloneDX in both forms, SPDX 2 in its three, SPDX 3, Syft, GitHub. */
#include "bill_unit.h"

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* ---- CycloneDX --------------------------------------------------------------------------------------------------------------------------- */

static const char cyclonedx[] =
    "{'bomFormat':'CycloneDX','specVersion':'1.5','metadata':{'tools':{'components':[{'name':'trivy'}]},'component':{"
    "'bom-ref':'root','type':'container','name':'harbour:1','purl':'pkg:oci/harbour@sha256%3A" SHA "','properties':["
    "{'name':'aquasecurity:trivy:ImageID','value':'sha256:" SHA "'},{'name':'aquasecurity:trivy:RepoTag','value':'harbour:1'},"
    "{'name':'aquasecurity:trivy:DiffID','value':'sha256:" SHA "'}]}},'components':["
    "{'bom-ref':'os','type':'operating-system','name':'debian','version':'12.5','properties':[{'name':'aquasecurity:trivy:Type',"
    "'value':'debian'},{'name':'aquasecurity:trivy:Class','value':'os-pkgs'}]},"
    "{'bom-ref':'bash','type':'library','supplier':{'name':'Mates <bash@docker.com>'},'name':'bash','version':'5.2-2','purl':"
    "'pkg:deb/debian/bash@5.2-2?arch=amd64&distro=debian-12.5&epoch=1','licenses':[{'license':{'id':'GPL-3.0-or-later'}}],"
    "'properties':[{'name':'aquasecurity:trivy:PkgType','value':'debian'},{'name':'aquasecurity:trivy:SrcName','value':'bash-src'},"
    "{'name':'aquasecurity:trivy:SrcVersion','value':'5.1'},{'name':'aquasecurity:trivy:SrcRelease','value':'9'},"
    "{'name':'aquasecurity:trivy:SrcEpoch','value':'2'},{'name':'aquasecurity:trivy:LayerDiffID','value':'sha256:" SHA "'}]},"
    "{'bom-ref':'libc','type':'library','name':'libc6','version':'2.36-9','purl':'pkg:deb/debian/libc6@2.36-9?arch=amd64'},"
    "{'bom-ref':'lock','type':'application','name':'app/package-lock.json','properties':[{'name':'aquasecurity:trivy:Type','value':"
    "'npm'}]},"
    "{'bom-ref':'rope','type':'library','group':'@quay','name':'Rope','version':'1.0','purl':'pkg:npm/%40quay/rope@1.0'},"
    "{'bom-ref':'knot','type':'library','name':'knot','version':'2.0','purl':'pkg:npm/knot@2.0','properties':[{'name':"
    "'aquasecurity:trivy:PkgType','value':'node-pkg'},{'name':'aquasecurity:trivy:FilePath','value':'srv/knot/package.json'}]},"
    "{'bom-ref':'go','type':'library','name':'github.com/Quay/Mast','version':'v1.2.3','purl':"
    "'pkg:golang/github.com/quay/mast@v1.2.3','evidence':{'occurrences':[{'location':'/usr/bin/ship'}]}},"
    "{'type':'framework','name':'no-url'},{'type':'library','name':'odd','purl':'pkg:seashell/odd@1','version':'1'},"
    "{'type':'library','name':'odd2','purl':'pkg:seashell/odd2@1','version':'1'},{'type':'library','name':'bad','purl':'nothing'},"
    "{'type':'library','name':'bare','purl':'pkg:npm/bare'},{'type':'data','name':'charts'},{'type':'file','name':'/etc/chart'}],"
    "'services':[{'name':'a'},{'name':'b'}],'dependencies':[{'ref':'root','dependsOn':['os','lock','knot','go']},"
    "{'ref':'os','dependsOn':['bash','libc']},{'ref':'bash','dependsOn':['libc']},{'ref':'lock','dependsOn':['rope']},"
    "{'ref':'rope','dependsOn':['knot','gone']}]}";

static void cyclonedx_is_as_the_scan_would_be(void **state)
{
    (void)state;
    struct bill_read b;
    bill_read_quoted(&b, cyclonedx);
    assert_string_equal(b.bill.type, "cyclonedx");
    assert_str(b.bill.subject, "harbour:1");
    assert_str(b.bill.image_id, "sha256:" SHA);
    assert_str(b.bill.repo_tags, "harbour:1");
    assert_int_equal(b.bill.layer_count, 1);
    assert_int_equal(b.bill.file_count, 1);
    assert_distro(&b, "debian", "12.5");
    assert_int_equal(b.facts.package_count, 6);
    const struct package *p = bill_package(&b, "bash");
    assert_kind(p, "dpkg");
    assert_str(p->version, "1:5.2-2");
    assert_str(p->arch, "amd64");
    assert_str(p->source_name, "bash-src");
    assert_str(p->source_version, "2:5.1-9");
    assert_str(p->maintainer, "Mates <bash@docker.com>");
    assert_str(p->licence, "GPL-3.0-or-later");
    assert_str(p->depends, "libc");
    assert_str(p->path, "dir/doc.json");
    assert_int_equal(b.bill.package_layers[p - b.facts.packages], 1);
    p = bill_package(&b, "@quay/Rope");
    assert_kind(p, "npm");
    assert_str(p->path, "app/package-lock.json");
    assert_str(p->depends, "knot");
    assert_kind(bill_package(&b, "knot"), "node-pkg");
    p = bill_package(&b, "github.com/Quay/Mast");
    assert_kind(p, "gobinary");
    assert_str(p->path, "usr/bin/ship");
    assert_str(p->proof, "doc.json, line 1");
    bill_free(&b);
}

static void what_is_not_listed_is_counted(void **state)
{
    (void)state;
    struct bill_read b;
    bill_read_quoted(&b, cyclonedx);
    assert_true(bill_warns(&b, "1 components have no package URL: not listed; the first: no-url"));
    assert_true(bill_warns(&b, "2 packages have URLs of type \"seashell\""));
    assert_true(bill_warns(&b, "1 package URLs cannot be read: not listed; the first: nothing"));
    assert_true(bill_warns(&b, "1 packages have no version: listed, but not checked; the first: bare"));
    assert_true(bill_warns(&b, "1 images, devices, models or data"));
    assert_true(bill_warns(&b, "2 services"));
    assert_int_equal(b.facts.warning_count, 6);
    bill_free(&b);
}

static const char cyclonedx_xml[] =
    "<?xml version='1.0' encoding='UTF-8'?>\n<bom xmlns='http://cyclonedx.org/schema/bom/1.4' version='1'>\n"
    "<metadata><component type='application' bom-ref='root'><name>ship</name><version>1</version>\n"
    "<purl>pkg:maven/org.quay/ship@1</purl></component></metadata>\n<components>\n"
    "<component type='library' bom-ref='a'><group>org.quay</group><name>rope</name><version>1.0</version><hashes>"
    "<hash alg='MD5'>x</hash><hash alg='SHA-256'>" SHA "</hash></hashes><licenses><license><id>MIT</id></license>"
    "<license><name>Own &amp; more</name></license><expression>A OR B</expression></licenses>"
    "<cpe>cpe:2.3:a:quay:rope:1.0:*:*:*:*:*:*:*</cpe><purl>pkg:maven/org.quay/rope@1.0?type=jar</purl>"
    "<properties><property name='syft:location:0:path'>/app/ship.jar</property>"
    "<property name='syft:metadata:virtualPath'>/app/ship.jar:lib/rope.jar</property></properties></component>\n"
    "<component type='library' bom-ref='b'><name>tide</name><version>3</version><scope>excluded</scope>"
    "<purl>pkg:pypi/tide@3</purl><evidence><occurrences><occurrence bom-ref='o'><location>usr/lib/tide</location></occurrence>"
    "</occurrences></evidence></component>\n"
    "<component type='operating-system'><name>alpine</name><version>3.20.3</version></component>\n"
    "</components>\n<dependencies><dependency ref='root'><dependency ref='a'/></dependency>"
    "<dependency ref='a'><dependency ref='b'/></dependency></dependencies></bom>\n";

static void xml_says_the_same(void **state)
{
    (void)state;
    NEEDS_EXPAT();
    struct bill_read b;
    bill_read_quoted(&b, cyclonedx_xml);
    assert_string_equal(b.bill.type, "cyclonedx");
    assert_distro(&b, "alpine", "3.20.3");
    const struct package *p = bill_package(&b, "org.quay:rope");
    assert_kind(p, "jar");
    assert_str(p->digest, "sha256:" SHA);
    assert_str(p->licence, "MIT\nOwn & more\nA OR B");
    assert_str(p->cpes, "cpe:2.3:a:quay:rope:1.0:*:*:*:*:*:*:*");
    assert_str(p->path, "app/ship.jar");
    assert_str(p->within, "lib/rope.jar");
    assert_str(p->proof, "doc.json, line 6");
    assert_str(p->depends, "b");
    assert_int_equal(p->relation, RELATION_DIRECT);
    p = bill_package(&b, "tide");
    assert_true(p->dev);
    assert_int_equal(p->relation, RELATION_INDIRECT);
    assert_str(p->path, "usr/lib/tide");
    assert_int_equal(bill_package(&b, "org.quay:ship")->relation, RELATION_ROOT);
    bill_free(&b);
}

/* ---- SPDX 2 --------------------------------------------------------------------------------------------------------------------------------- */

static const char spdx[] =
    "{'spdxVersion':'SPDX-2.3','creationInfo':{'creators':['Organization: x','Tool: trivy-0.60.0']},'documentDescribes':["
    "'SPDXRef-root'],'packages':[{'SPDXID':'SPDXRef-root','name':'harbour:1','primaryPackagePurpose':'CONTAINER','annotations':["
    "{'annotator':'Tool: trivy','annotationType':'OTHER','comment':'DiffID: sha256:" SHA "'}]},"
    "{'SPDXID':'SPDXRef-os','name':'redhat','versionInfo':'9.4','primaryPackagePurpose':'OPERATING-SYSTEM'},"
    "{'SPDXID':'SPDXRef-ssl','name':'openssl-libs','versionInfo':'3.0.7-1.el9','supplier':'Organization: Red Hat, Inc.',"
    "'sourceInfo':'built package from: openssl 1:3.0.7-1.el9','externalRefs':[{'referenceCategory':'PACKAGE-MANAGER',"
    "'referenceType':'purl','referenceLocator':'pkg:rpm/redhat/openssl-libs@3.0.7-1.el9?arch=x86_64&distro=redhat-9.4&epoch=1"
    "&modularitylabel=m%3A1%3A2%3A3'}],'attributionTexts':['LayerDiffID: sha256:" SHA "','PkgType: redhat']},"
    "{'SPDXID':'SPDXRef-app','name':'srv/go/ship','primaryPackagePurpose':'APPLICATION','attributionTexts':['Class: lang-pkgs',"
    "'Type: gobinary']},{'SPDXID':'SPDXRef-go','name':'example.org/rope','versionInfo':'v1.0.0','licenseDeclared':'NOASSERTION',"
    "'licenseConcluded':'MIT','checksums':[{'algorithm':'SHA256','checksumValue':'" SHA "'}],'externalRefs':[{'referenceType':"
    "'purl','referenceLocator':'pkg:golang/example.org/rope@v1.0.0'},{'referenceType':'cpe23Type','referenceLocator':'cpe:2.3:a:b'}]},"
    "{'SPDXID':'SPDXRef-py','name':'Tide','versionInfo':'2','sourceInfo':"
    "'acquired package info from installed python package manifest file: /v/tide-2.dist-info/METADATA, /v/tide-2.dist-info/RECORD',"
    "'externalRefs':[{'referenceType':'purl','referenceLocator':'pkg:pypi/tide@2'}]},"
    "{'SPDXID':'SPDXRef-dev','name':'test','versionInfo':'1','externalRefs':[{'referenceType':'purl','referenceLocator':"
    "'pkg:pypi/test@1'}]}],'relationships':["
    "{'spdxElementId':'SPDXRef-os','relationshipType':'CONTAINS','relatedSpdxElement':'SPDXRef-ssl'},"
    "{'spdxElementId':'SPDXRef-app','relationshipType':'CONTAINS','relatedSpdxElement':'SPDXRef-go'},"
    "{'spdxElementId':'SPDXRef-dev','relationshipType':'DEV_DEPENDENCY_OF','relatedSpdxElement':'SPDXRef-py'},"
    "{'spdxElementId':'SPDXRef-ssl','relationshipType':'OTHER','comment':'ownership-by-file-overlap: indicates that …',"
    "'relatedSpdxElement':'SPDXRef-py'}]}";

static void check_spdx(const struct bill_read *b)
{
    assert_string_equal(b->bill.type, "spdx");
    assert_distro(b, "redhat", "9.4");
    assert_int_equal(b->facts.package_count, 4);
    const struct package *p = bill_package(b, "openssl-libs");
    assert_kind(p, "rpm");
    assert_str(p->version, "1:3.0.7-1.el9");
    assert_str(p->source_name, "openssl");
    assert_str(p->source_version, "");
    assert_str(p->maintainer, "Red Hat, Inc.");
    assert_str(p->module, "m:1:2:3");
    assert_int_equal(b->bill.package_layers[p - b->facts.packages], 1);
    p = bill_package(b, "example.org/rope");
    assert_kind(p, "gobinary");
    assert_str(p->path, "srv/go/ship");
    assert_str(p->licence, "MIT");
    assert_str(p->digest, "sha256:" SHA);
    assert_str(p->cpes, "cpe:2.3:a:b");
    p = bill_package(b, "Tide");
    assert_kind(p, "python-pkg");
    assert_str(p->path, "v/tide-2.dist-info/METADATA");
    assert_str(p->depends, "SPDXRef-dev");
    assert_str(p->owner, "openssl-libs");
    assert_true(bill_package(b, "test")->dev);
    assert_int_equal(b->facts.warning_count, 0);
}

static void spdx_is_as_the_scan_would_be(void **state)
{
    (void)state;
    struct bill_read b;
    bill_read_quoted(&b, spdx);
    check_spdx(&b);
    bill_free(&b);
}

static void tags_say_the_same(void **state)
{
    (void)state;
    struct bill_read b;
    bill_read_quoted(
        &b,
        "SPDXVersion: SPDX-2.3\nCreator: Tool: trivy-0.60.0\n\nPackageName: harbour:1\nSPDXID: SPDXRef-root\n"
        "PrimaryPackagePurpose: CONTAINER\n\nPackageName: redhat\nSPDXID: SPDXRef-os\nPackageVersion: 9.4\n"
        "PrimaryPackagePurpose: OPERATING-SYSTEM\n\nPackageName: openssl-libs\nSPDXID: SPDXRef-ssl\nPackageVersion: 3.0.7-1.el9\n"
        "PackageSupplier: Organization: Red Hat, Inc.\n"
        "PackageSourceInfo: <text>built package from: openssl 1:3.0.7-1.el9</text>\n"
        "ExternalRef: PACKAGE-MANAGER purl pkg:rpm/redhat/openssl-libs@3.0.7-1.el9?arch=x86_64&epoch=1&modularitylabel=m%3A1%3A2%3A3\n"
        "Annotator: Tool: trivy\nAnnotationDate: 2026-01-01T00:00:00Z\nAnnotationType: OTHER\nSPDXREF: SPDXRef-ssl\n"
        "AnnotationComment: LayerDiffID: sha256:" SHA "\n\n"
        "PackageName: srv/go/ship\nSPDXID: SPDXRef-app\nPrimaryPackagePurpose: APPLICATION\n"
        "Annotator: Tool: trivy\nAnnotationType: OTHER\nAnnotationComment: Type: gobinary\n\n"
        "PackageName: example.org/rope\nSPDXID: SPDXRef-go\nPackageVersion: v1.0.0\nPackageLicenseDeclared: NOASSERTION\n"
        "PackageLicenseConcluded: MIT\nPackageChecksum: SHA256: " SHA "\n"
        "ExternalRef: PACKAGE-MANAGER purl pkg:golang/example.org/rope@v1.0.0\nExternalRef: SECURITY cpe23Type cpe:2.3:a:b\n\n"
        "PackageName: Tide\nSPDXID: SPDXRef-py\nPackageVersion: 2\nPackageSourceInfo: "
        "acquired package info from installed python package manifest file: /v/tide-2.dist-info/METADATA, /v/RECORD\n"
        "ExternalRef: PACKAGE-MANAGER purl pkg:pypi/tide@2\n\nPackageName: test\nSPDXID: SPDXRef-dev\nPackageVersion: 1\n"
        "ExternalRef: PACKAGE-MANAGER purl pkg:pypi/test@1\n\nRelationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-root\n"
        "Relationship: SPDXRef-app CONTAINS SPDXRef-go\nRelationship: SPDXRef-dev DEV_DEPENDENCY_OF SPDXRef-py\n"
        "Relationship: SPDXRef-ssl OTHER SPDXRef-py\nRelationshipComment: <text>ownership-by-file-overlap: indicates</text>\n");
    check_spdx(&b);
    bill_free(&b);
}

static void yaml_says_the_same(void **state)
{
    (void)state;
    NEEDS_YAML();
    struct bill_read b;
    bill_read_quoted(
        &b, "SPDXID: 'SPDXRef-DOCUMENT'\nspdxVersion: 'SPDX-2.3'\npackages:\n- SPDXID: 'SPDXRef-a'\n  name: 'rope'\n"
            "  versionInfo: '1.0'\n  externalRefs:\n  - referenceType: 'purl'\n    referenceLocator: 'pkg:gem/rope@1.0'\n");
    assert_string_equal(b.bill.type, "spdx");
    assert_kind(bill_package(&b, "rope"), "gemspec");
    bill_free(&b);
}

/* Trivy's documents had neither purposes nor annotations once. */
static void older_documents_are_understood(void **state)
{
    (void)state;
    struct bill_read b;
    bill_read_quoted(
        &b,
        "{'spdxVersion':'SPDX-2.2','packages':[{'SPDXID':'SPDXRef-OperatingSystem-1','name':'alpine','versionInfo':'3.16.0'},"
        "{'SPDXID':'SPDXRef-Application-2','name':'app/composer.lock','versionInfo':'composer'},{'SPDXID':'SPDXRef-Application-3',"
        "'name':'Node.js','versionInfo':'node-pkg'},{'SPDXID':'SPDXRef-p','name':'quay/rope','versionInfo':'1','externalRefs':["
        "{'referenceType':'purl','referenceLocator':'pkg:composer/quay/rope@1'}]},{'SPDXID':'SPDXRef-n','name':'knot',"
        "'versionInfo':'1','externalRefs':[{'referenceType':'purl','referenceLocator':'pkg:npm/knot@1'}]}],'relationships':["
        "{'spdxElementId':'SPDXRef-Application-2','relationshipType':'DEPENDS_ON','relatedSpdxElement':'SPDXRef-p'},"
        "{'spdxElementId':'SPDXRef-Application-3','relationshipType':'DEPENDS_ON','relatedSpdxElement':'SPDXRef-n'}]}");
    assert_distro(&b, "alpine", "3.16.0");
    assert_kind(bill_package(&b, "quay/rope"), "composer");
    assert_str(bill_package(&b, "quay/rope")->path, "app/composer.lock");
    assert_kind(bill_package(&b, "knot"), "node-pkg");
    assert_str(bill_package(&b, "knot")->path, "dir/doc.json");
    bill_free(&b);
}

/* ---- SPDX 3 --------------------------------------------------------------------------------------------------------------------------------- */

static const char spdx3[] =
    "{'@context':'https://spdx.org/rdf/3.0.1/spdx-context.jsonld','@graph':["
    "{'type':'Relationship','spdxId':'r1','from':'p1','relationshipType':'hasConcludedLicense','to':['https://spdx.org/licenses/MIT']},"
    "{'type':'Relationship','spdxId':'r2','from':'p1','relationshipType':'hasDeclaredLicense','to':['l1']},"
    "{'type':'Relationship','spdxId':'r6','from':'p2','relationshipType':'hasDeclaredLicense','to':['https://spdx.org/licenses/ISC']},"
    "{'type':'Relationship','spdxId':'r3','from':'root','relationshipType':'dependsOn','to':['p1']},"
    "{'type':'LifecycleScopedRelationship','spdxId':'r4','scope':'development','from':'p1','relationshipType':'dependsOn','to':['p2']},"
    "{'type':'Relationship','spdxId':'r5','from':'p2','relationshipType':'contains','to':['f1']},"
    "{'type':'simplelicensing_LicenseExpression','spdxId':'l1','simplelicensing_licenseExpression':'Apache-2.0 OR MIT'},"
    "{'type':'Organization','spdxId':'o1','name':'Debian Mates'},"
    "{'type':'software_Package','spdxId':'root','name':'ship','software_packageVersion':'1','software_packageUrl':'pkg:npm/ship@1'},"
    "{'type':'software_Package','spdxId':'p1','name':'rope','software_packageVersion':'1.0','suppliedBy':'o1',"
    "'software_packageUrl':'pkg:npm/rope@1.0','externalIdentifier':[{'type':'ExternalIdentifier','externalIdentifierType':'cpe23',"
    "'identifier':'cpe:2.3:a:r'}],'verifiedUsing':[{'type':'Hash','algorithm':'sha256','hashValue':'" SHA "'}]},"
    "{'type':'software_Package','spdxId':'p2','name':'knot','software_packageVersion':'2.0','externalIdentifier':[{"
    "'externalIdentifierType':'packageUrl','identifier':'pkg:npm/knot@2.0'}]},"
    "{'type':'software_Package','spdxId':'os','name':'ubuntu','software_packageVersion':'22.04','software_primaryPurpose':"
    "'operatingSystem'},{'type':'software_Package','spdxId':'d','name':'dash','software_packageVersion':'0.5-1','software_packageUrl':"
    "'pkg:deb/ubuntu/dash@0.5-1?arch=amd64&upstream=dash-src%400.5'},"
    "{'type':'software_File','spdxId':'f1','name':'./node_modules/knot/package.json'},"
    "{'type':'Annotation','spdxId':'n','subject':'d','statement':'LayerDiffID: sha256:" SHA "'},"
    "{'type':'SpdxDocument','spdxId':'doc','rootElement':['root']}]}";

static void spdx3_is_a_graph(void **state)
{
    (void)state;
    struct bill_read b;
    bill_read_quoted(&b, spdx3);
    assert_string_equal(b.bill.type, "spdx");
    assert_distro(&b, "ubuntu", "22.04");
    assert_int_equal(b.facts.package_count, 4);
    const struct package *p = bill_package(&b, "rope");
    assert_str(p->licence, "Apache-2.0 OR MIT");
    assert_str(p->digest, "sha256:" SHA);
    assert_str(p->cpes, "cpe:2.3:a:r");
    assert_int_equal(p->relation, RELATION_DIRECT);
    assert_str(p->depends, "p2");
    assert_str(p->maintainer, ""); /* nobody said that suppliers are maintainers */
    p = bill_package(&b, "knot");
    assert_true(p->dev);
    assert_str(p->licence, "ISC");
    assert_str(p->path, "node_modules/knot/package.json");
    p = bill_package(&b, "dash");
    assert_str(p->source_name, "dash-src");
    assert_str(p->source_version, "0.5");
    assert_int_equal(b.bill.package_layers[p - b.facts.packages], 1);
    assert_int_equal(bill_package(&b, "ship")->relation, RELATION_ROOT);
    bill_free(&b);
}

/* ---- Syft, GitHub ---------------------------------------------------------------------------------------------------------------------------------- */

static const char syft[] =
    "{'artifacts':[{'id':'1','name':'glibc','version':'2.34-60.el9','type':'rpm','foundBy':'rpm-db-cataloger','locations':[{'path':"
    "'/var/lib/rpm/rpmdb.sqlite','layerID':'sha256:" SHA "'},{'path':'/other'}],'licenses':[{'value':'LGPL','type':'declared'}],"
    "'cpes':[{'cpe':'cpe:2.3:a:g'},{'cpe':'cpe:2.3:a:h'}],'purl':'pkg:rpm/rocky/glibc@2.34-60.el9?arch=x86_64&distro=rocky-9.3"
    "&upstream=glibc-2.34-60.el9.src.rpm','metadata':{'name':'glibc','epoch':null,'sourceRpm':'glibc-core-2.34-60.el9.src.rpm',"
    "'vendor':'Rocky Enterprise Software Foundation','modularityLabel':'','files':[{'path':'/x'}]}},"
    "{'id':'2','name':'rope','version':'1.0','type':'java-archive','locations':[{'path':'/app/ship.jar','layerID':'sha256:" SHA
    "'}],"
    "'licenses':['MIT'],'cpes':['cpe:2.3:a:r'],'purl':'pkg:maven/org.quay/rope@1.0','metadata':{'virtualPath':"
    "'/app/ship.jar:lib/rope.jar','digest':[{'algorithm':'sha1','value':'0123456789abcdef0123456789abcdef01234567'}],"
    "'architecture':'x'}},{'id':'3','name':'knot','version':'1','type':'npm','locations':[{'path':'/app/yarn.lock'}],'purl':"
    "'pkg:npm/knot@1'},{'id':'4','name':'mystery','version':'1','type':'binary'}],'artifactRelationships':["
    "{'parent':'2','child':'3','type':'dependency-of'},{'parent':'1','child':'2','type':'ownership-by-file-overlap'}],"
    "'source':{'id':'s','type':'image','metadata':{'userInput':'harbour:1','imageID':'sha256:" SHA
    "','tags':['harbour:1'],'layers':["
    "{'digest':'sha256:" SHA "','size':5}],'repoDigests':['harbour@sha256:" SHA "']}},'distro':{'prettyName':'Rocky Linux 9.3',"
    "'id':'rocky','versionID':'9.3'},'descriptor':{'name':'syft'},'schema':{'version':'16.0.0'}}";

static void syft_tells_sources_and_places(void **state)
{
    (void)state;
    struct bill_read b;
    bill_read_quoted(&b, syft);
    assert_string_equal(b.bill.type, "syft");
    assert_str(b.bill.subject, "harbour:1");
    assert_int_equal(b.bill.layers[0].size_bytes, 5);
    assert_distro(&b, "rocky", "9.3");
    assert_str(b.facts.distros[0].name, "Rocky Linux 9.3");
    const struct package *p = bill_package(&b, "glibc");
    assert_str(p->source_name, "glibc-core");
    assert_str(p->source_version, "");
    assert_str(p->maintainer, "Rocky Enterprise Software Foundation");
    assert_str(p->path, "var/lib/rpm/rpmdb.sqlite");
    assert_str(p->cpes, "cpe:2.3:a:g\ncpe:2.3:a:h");
    assert_str(p->licence, "LGPL");
    assert_int_equal(b.bill.package_layers[p - b.facts.packages], 1);
    p = bill_package(&b, "org.quay:rope");
    assert_str(p->within, "lib/rope.jar");
    assert_str(p->arch, "");
    assert_str(p->digest, "sha1:0123456789abcdef0123456789abcdef01234567");
    assert_str(p->owner, "glibc");
    assert_kind(bill_package(&b, "knot"), "yarn"); /* by the file that it was found in */
    assert_str(bill_package(&b, "knot")->depends, "2");
    assert_true(bill_warns(&b, "1 components have no package URL"));
    bill_free(&b);
}

static const char github[] =
    "{'version':0,'job':{'id':'1'},'sha':'0','ref':'refs/heads/main','detector':{'name':'d','version':'1','url':'u'},'scanned':'now',"
    "'manifests':{'web':{'name':'web','file':{'source_location':'web/package-lock.json'},'resolved':{"
    "'@quay/rope':{'package_url':'pkg:/npm/%40quay/rope@1.0','relationship':'direct','scope':'runtime','dependencies':['knot',"
    "'pkg:npm/mast@3']},'knot':{'package_url':'pkg:npm/knot@2','relationship':'indirect','scope':'development'},"
    "'mast':{'package_url':'pkg:npm/mast@3'}}},'api':{'resolved':{'knot':{'package_url':'pkg:pypi/knot@2','relationship':'direct'}}}}}";

static void github_snapshots_have_manifests(void **state)
{
    (void)state;
    struct bill_read b;
    bill_read_quoted(&b, github);
    assert_string_equal(b.bill.type, "github");
    assert_int_equal(b.facts.package_count, 4);
    const struct package *p = bill_package(&b, "@quay/rope");
    assert_kind(p, "npm");
    assert_str(p->path, "web/package-lock.json");
    assert_int_equal(p->relation, RELATION_DIRECT);
    assert_str(p->depends, "web: knot\nweb: mast");
    p = bill_package(&b, "knot");
    assert_true(p->dev && p->relation == RELATION_INDIRECT);
    bill_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cyclonedx_is_as_the_scan_would_be),
        cmocka_unit_test(what_is_not_listed_is_counted),
        cmocka_unit_test(xml_says_the_same),
        cmocka_unit_test(spdx_is_as_the_scan_would_be),
        cmocka_unit_test(tags_say_the_same),
        cmocka_unit_test(yaml_says_the_same),
        cmocka_unit_test(older_documents_are_understood),
        cmocka_unit_test(spdx3_is_a_graph),
        cmocka_unit_test(syft_tells_sources_and_places),
        cmocka_unit_test(github_snapshots_have_manifests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
