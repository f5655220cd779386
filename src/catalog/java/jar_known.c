/* Widely used libraries whose published archives hold no Maven files (they are built by Gradle, Ant or sbt) and whose manifests
 * do not say the group either, or say a wrong one. The file name gives the artifact; a folder of classes (or a name in
 * the manifest) proves that it is theirs and not another's of the same name. */
#include "catalog/java/jar.h"

struct known {
    const char *artifact; /* may end with '*' */
    const char *folder;   /* must be in the archive; NULL: any */
    const char *said;     /* Implementation-Title, -Vendor or Automatic-Module-Name must be this; NULL: any */
    unsigned since;       /* from this major version on */
    const char *group;
    const char *published; /* the artifact's name in repositories, where that differs */
};

/* The first row that holds counts. */
static const struct known rows[] = {
    /* Spring */
    { "spring-boot-starter*", NULL, "spring.boot.starter*", 0, "org.springframework.boot", NULL }, /* no classes in them */
    { "spring-boot*", "org/springframework/boot/", NULL, 0, "org.springframework.boot", NULL },
    { "spring-security-oauth2", "org/springframework/security/", NULL, 0, "org.springframework.security.oauth", NULL },
    { "spring-security-*", "org/springframework/security/", NULL, 0, "org.springframework.security", NULL },
    { "spring-session-*", "org/springframework/session/", NULL, 0, "org.springframework.session", NULL },
    { "spring-ldap-*", "org/springframework/ldap/", NULL, 0, "org.springframework.ldap", NULL },
    { "spring-graphql", "org/springframework/graphql/", NULL, 0, "org.springframework.graphql", NULL },
    { "spring-integration-*", "org/springframework/integration/", NULL, 0, "org.springframework.integration", NULL },
    { "spring-amqp", "org/springframework/amqp/", NULL, 0, "org.springframework.amqp", NULL },
    { "spring-rabbit*", "org/springframework/amqp/", NULL, 0, "org.springframework.amqp", NULL },
    { "spring-kafka*", "org/springframework/kafka/", NULL, 0, "org.springframework.kafka", NULL },
    { "spring-pulsar*", "org/springframework/pulsar/", NULL, 0, "org.springframework.pulsar", NULL },
    { "spring-webflow", "org/springframework/webflow/", NULL, 0, "org.springframework.webflow", NULL },
    { "spring-aop", "org/springframework/aop/", NULL, 0, "org.springframework", NULL },
    { "spring-aspects", "org/springframework/", NULL, 0, "org.springframework", NULL },
    { "spring-beans", "org/springframework/beans/", NULL, 0, "org.springframework", NULL },
    { "spring-context*", "org/springframework/", NULL, 0, "org.springframework", NULL },
    { "spring-core*", "org/springframework/core/", NULL, 0, "org.springframework", NULL },
    { "spring-expression", "org/springframework/expression/", NULL, 0, "org.springframework", NULL },
    { "spring-instrument*", "org/springframework/instrument/", NULL, 0, "org.springframework", NULL },
    { "spring-jcl", "org/apache/commons/logging/", NULL, 0, "org.springframework", NULL },
    { "spring-jdbc", "org/springframework/jdbc/", NULL, 0, "org.springframework", NULL },
    { "spring-jms", "org/springframework/jms/", NULL, 0, "org.springframework", NULL },
    { "spring-messaging", "org/springframework/messaging/", NULL, 0, "org.springframework", NULL },
    { "spring-orm", "org/springframework/orm/", NULL, 0, "org.springframework", NULL },
    { "spring-oxm", "org/springframework/oxm/", NULL, 0, "org.springframework", NULL },
    { "spring-r2dbc", "org/springframework/r2dbc/", NULL, 0, "org.springframework", NULL },
    { "spring-test", "org/springframework/test/", NULL, 0, "org.springframework", NULL },
    { "spring-tx", "org/springframework/transaction/", NULL, 0, "org.springframework", NULL },
    { "spring-web", "org/springframework/web/", NULL, 0, "org.springframework", NULL },
    { "spring-webflux", "org/springframework/web/", NULL, 0, "org.springframework", NULL },
    { "spring-webmvc*", "org/springframework/web/", NULL, 0, "org.springframework", NULL },
    { "spring-websocket", "org/springframework/web/", NULL, 0, "org.springframework", NULL },
    { "spring", "org/springframework/", NULL, 0, "org.springframework", NULL },
    /* Tomcat; its distribution leaves versions, and "tomcat-", out of file names */
    { "tomcat-embed-*", NULL, "Apache Software Foundation", 0, "org.apache.tomcat.embed", NULL },
    { "tomcat-*", NULL, "Apache Software Foundation", 0, "org.apache.tomcat", NULL },
    { "catalina", "org/apache/catalina/", "Apache Tomcat", 0, "org.apache.tomcat", "tomcat-catalina" },
    { "catalina-ant", "org/apache/catalina/", "Apache Tomcat", 0, "org.apache.tomcat", "tomcat-catalina-ant" },
    { "catalina-ha", "org/apache/catalina/", "Apache Tomcat", 0, "org.apache.tomcat", "tomcat-catalina-ha" },
    { "catalina-ssi", "org/apache/catalina/", "Apache Tomcat", 0, "org.apache.tomcat", "tomcat-ssi" },
    { "catalina-storeconfig", "org/apache/catalina/", "Apache Tomcat", 0, "org.apache.tomcat", "tomcat-storeconfig" },
    { "catalina-tribes", "org/apache/catalina/", "Apache Tomcat", 0, "org.apache.tomcat", "tomcat-tribes" },
    { "jasper", "org/apache/jasper/", "Apache Tomcat", 0, "org.apache.tomcat", "tomcat-jasper" },
    { "jasper-el", "org/apache/el/", "Apache Tomcat", 0, "org.apache.tomcat", "tomcat-jasper-el" },
    { "annotations-api", NULL, "Apache Tomcat", 0, "org.apache.tomcat", "tomcat-annotations-api" },
    /* Web servers, clients, protocols */
    { "okhttp", "okhttp3/", NULL, 3, "com.squareup.okhttp3", NULL },
    { "logging-interceptor", "okhttp3/logging/", NULL, 0, "com.squareup.okhttp3", NULL },
    { "okio*", "okio/", NULL, 0, "com.squareup.okio", NULL },
    { "grpc-*", "io/grpc/", NULL, 0, "io.grpc", NULL },
    { "grpc-context", NULL, "jar", 0, "io.grpc", NULL }, /* no classes in it */
    { "perfmark-*", "io/perfmark/", NULL, 0, "io.perfmark", NULL },
    { "rsocket-*", "io/rsocket/", NULL, 0, "io.rsocket", NULL },
    { "reactive-streams", "org/reactivestreams/", NULL, 0, "org.reactivestreams", NULL },
    { "reactor-core", "reactor/core/", NULL, 0, "io.projectreactor", NULL },
    { "opentelemetry-*", "io/opentelemetry/", NULL, 0, "io.opentelemetry", NULL },
    { "resilience4j-*", "io/github/resilience4j/", NULL, 0, "io.github.resilience4j", NULL },
    { "micrometer-*", "io/micrometer/", NULL, 0, "io.micrometer", NULL },
    /* Languages */
    { "kotlin-*", NULL, "JetBrains", 0, "org.jetbrains.kotlin", NULL },
    { "kotlinx-*", "kotlinx/", NULL, 0, "org.jetbrains.kotlinx", NULL },
    { "scala-library", "scala/", NULL, 0, "org.scala-lang", NULL },
    { "scala-reflect", "scala/", NULL, 0, "org.scala-lang", NULL },
    { "scala-compiler", "scala/", NULL, 0, "org.scala-lang", NULL },
    { "groovy*", "org/apache/groovy/", NULL, 4, "org.apache.groovy", NULL },
    { "groovy*", "org/apache/groovy/", NULL, 0, "org.codehaus.groovy", NULL },
    { "aspectj*", "org/aspectj/", NULL, 0, "org.aspectj", NULL },
    { "asm*", "org/objectweb/asm/", NULL, 4, "org.ow2.asm", NULL },
    { "asm*", "org/objectweb/asm/", NULL, 0, "asm", NULL },
    { "antlr", "antlr/", NULL, 0, "antlr", NULL },
    { "checker-qual", "org/checkerframework/", NULL, 0, "org.checkerframework", NULL },
    /* Data */
    { "hibernate-commons-annotations", "org/hibernate/", NULL, 4, "org.hibernate.common", NULL },
    { "hibernate-core*", "org/hibernate/", NULL, 6, "org.hibernate.orm", NULL },
    { "hibernate-core", "org/hibernate/", NULL, 0, "org.hibernate", NULL },
    { "hibernate-entitymanager", "org/hibernate/", NULL, 0, "org.hibernate", NULL },
    { "kafka*", "org/apache/kafka/", NULL, 0, "org.apache.kafka", NULL },
    { "connect-*", "org/apache/kafka/", NULL, 0, "org.apache.kafka", NULL },
    { "zookeeper", "org/apache/zookeeper/", NULL, 0, "org.apache.zookeeper", NULL },
    { "lz4-java", "net/jpountz/", NULL, 0, "org.lz4", NULL },
    { "lucene-*", "org/apache/lucene/", NULL, 0, "org.apache.lucene", NULL },
    { "solr-*", "org/apache/solr/", NULL, 0, "org.apache.solr", NULL },
    { "elasticsearch", "org/elasticsearch/", NULL, 0, "org.elasticsearch", NULL },
    { "opensearch", "org/opensearch/", NULL, 0, "org.opensearch", NULL },
    { "mongo-java-driver", "com/mongodb/", NULL, 0, "org.mongodb", NULL },
    { "mongodb-driver*", "com/mongodb/", NULL, 0, "org.mongodb", NULL },
    { "bson", "org/bson/", NULL, 0, "org.mongodb", NULL },
    { "postgresql", "org/postgresql/", NULL, 0, "org.postgresql", NULL },
    { "h2", "org/h2/", NULL, 0, "com.h2database", NULL },
    { "hsqldb", "org/hsqldb/", NULL, 2, "org.hsqldb", NULL },
    { "hsqldb", "org/hsqldb/", NULL, 0, "hsqldb", NULL },
    { "mysql-connector-java", "com/mysql/", NULL, 0, "mysql", NULL },
    { "mysql-connector-j", "com/mysql/", NULL, 0, "com.mysql", NULL },
    { "ojdbc*", "oracle/jdbc/", NULL, 0, "com.oracle.database.jdbc", NULL },
    { "ehcache", "org/ehcache/", NULL, 3, "org.ehcache", NULL },
    { "caffeine", "com/github/benmanes/caffeine/", NULL, 0, "com.github.ben-manes.caffeine", NULL },
    /* Documents and XML */
    { "poi*", "org/apache/poi/", NULL, 0, "org.apache.poi", NULL },
    { "xmlbeans", "org/apache/xmlbeans/", NULL, 0, "org.apache.xmlbeans", NULL },
    { "xercesImpl", "org/apache/xerces/", NULL, 0, "xerces", NULL },
    { "xalan", "org/apache/xalan/", NULL, 0, "xalan", NULL },
    { "dom4j", "org/dom4j/", NULL, 2, "org.dom4j", NULL },
    { "dom4j", "org/dom4j/", NULL, 0, "dom4j", NULL },
    { "velocity", "org/apache/velocity/", NULL, 0, "org.apache.velocity", NULL },
    { "velocity-engine-core", "org/apache/velocity/", NULL, 0, "org.apache.velocity", NULL },
    { "freemarker", "freemarker/", NULL, 0, "org.freemarker", NULL },
    { "jasperreports", "net/sf/jasperreports/", NULL, 0, "net.sf.jasperreports", NULL },
    /* Old ones of Apache's and others, from before Maven */
    { "commons-beanutils", "org/apache/commons/", NULL, 0, "commons-beanutils", NULL },
    { "commons-cli", "org/apache/commons/", NULL, 0, "commons-cli", NULL },
    { "commons-codec", "org/apache/commons/", NULL, 0, "commons-codec", NULL },
    { "commons-collections", "org/apache/commons/", NULL, 0, "commons-collections", NULL },
    { "commons-dbcp", "org/apache/commons/", NULL, 0, "commons-dbcp", NULL },
    { "commons-digester", "org/apache/commons/", NULL, 0, "commons-digester", NULL },
    { "commons-fileupload", "org/apache/commons/", NULL, 0, "commons-fileupload", NULL },
    { "commons-httpclient", "org/apache/commons/", NULL, 0, "commons-httpclient", NULL },
    { "commons-io", "org/apache/commons/", NULL, 0, "commons-io", NULL },
    { "commons-lang", "org/apache/commons/", NULL, 0, "commons-lang", NULL },
    { "commons-logging", "org/apache/commons/", NULL, 0, "commons-logging", NULL },
    { "commons-logging-api", "org/apache/commons/", NULL, 0, "commons-logging", NULL },
    { "commons-pool", "org/apache/commons/", NULL, 0, "commons-pool", NULL },
    { "commons-validator", "org/apache/commons/", NULL, 0, "commons-validator", NULL },
    { "log4j", "org/apache/log4j/", NULL, 0, "log4j", NULL },
    { "oro", "org/apache/oro/", NULL, 0, "oro", NULL },
    { "junit", "junit/framework/", NULL, 0, "junit", NULL },
    { "jsr305", "javax/annotation/", NULL, 0, "com.google.code.findbugs", NULL },
    { "javax.inject", "javax/inject/", NULL, 0, "javax.inject", NULL },
    { "jdom2", "org/jdom2/", NULL, 0, "org.jdom", NULL },
    { "velocity-tools", "org/apache/velocity/", NULL, 0, "org.apache.velocity", NULL },
    { "xpp3_min", "org/xmlpull/", NULL, 0, "xpp3", NULL },
    { "xpp3", "org/xmlpull/", NULL, 0, "xpp3", NULL },
    { "axis", "org/apache/axis/", NULL, 0, "axis", NULL },
    { "xstream", "com/thoughtworks/xstream/", NULL, 0, "com.thoughtworks.xstream", NULL },
    { "jetty", "org/mortbay/", NULL, 0, "org.mortbay.jetty", NULL },
    /* Security, tools, tests */
    { "bcprov-*", "org/bouncycastle/", NULL, 0, "org.bouncycastle", NULL },
    { "bcpkix-*", "org/bouncycastle/", NULL, 0, "org.bouncycastle", NULL },
    { "bcutil-*", "org/bouncycastle/", NULL, 0, "org.bouncycastle", NULL },
    { "bcpg-*", "org/bouncycastle/", NULL, 0, "org.bouncycastle", NULL },
    { "bcmail-*", "org/bouncycastle/", NULL, 0, "org.bouncycastle", NULL },
    { "bctls-*", "org/bouncycastle/", NULL, 0, "org.bouncycastle", NULL },
    { "jna*", "com/sun/jna/", NULL, 3, "net.java.dev.jna", NULL },
    { "ant", "org/apache/tools/ant/", NULL, 0, "org.apache.ant", NULL },
    { "ant-launcher", "org/apache/tools/ant/", NULL, 0, "org.apache.ant", NULL },
    { "ivy", "org/apache/ivy/", NULL, 0, "org.apache.ivy", NULL },
    { "junit-jupiter*", "org/junit/jupiter/", NULL, 0, "org.junit.jupiter", NULL },
    { "junit-platform-*", "org/junit/platform/", NULL, 0, "org.junit.platform", NULL },
    { "mockito-*", "org/mockito/", NULL, 0, "org.mockito", NULL },
};

static bool is_name(const char *pattern, struct str name)
{
    struct str want = str_from(pattern);
    if (want.len && want.ptr[want.len - 1] == '*')
        return name.len >= want.len - 1 && memcmp(name.ptr, want.ptr, want.len - 1) == 0;
    return str_eq(want, name);
}

struct str jar_known_folder(struct str artifact)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (rows[i].folder && is_name(rows[i].artifact, artifact))
            return str_from(rows[i].folder);
    return (struct str){ 0 };
}

static uint64_t major_of(struct str version)
{
    uint64_t major = 0;
    size_t n = 0;
    while (n < version.len && version.ptr[n] >= '0' && version.ptr[n] <= '9')
        n++;
    str_u64(str_head(version, n), &major);
    return major;
}

static bool holds(const struct known *row, const struct jar_manifest *manifest, uint64_t major, bool folder_seen)
{
    if (row->folder && !folder_seen)
        return false;
    return major >= row->since && (!row->said || is_name(row->said, manifest->title) || is_name(row->said, manifest->vendor) ||
                                   is_name(row->said, manifest->module));
}

bool jar_known(const struct jar_name *name, const struct jar_manifest *manifest, bool folder_seen, struct jar_coordinates *out)
{
    struct str version = name->version.len ? name->version : jar_manifest_version(manifest);
    for (size_t i = 0; version.len && i < ARRAY_LEN(rows); i++) {
        if (!is_name(rows[i].artifact, name->artifact) || !holds(&rows[i], manifest, major_of(version), folder_seen))
            continue;
        *out = (struct jar_coordinates){ str_from(rows[i].group), name->artifact, version };
        if (rows[i].published)
            out->artifact = str_from(rows[i].published);
        return true;
    }
    return false;
}
