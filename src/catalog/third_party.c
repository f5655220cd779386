/* Who publishes an OS package: the distribution, whose advisories then cover it, or somebody else, whose software is only
 * packed as one. An rpm names its vendor, so each distribution lists its own (distro.c). Debian packages have personal
 * maintainers that no list could hold, so here stand the companies that run repositories of their own. */
#include "catalog/distro.h"
#include "catalog/kinds.h"

/* As in the Maintainer field of these companies' packages. "@domain": any address there; an address: this one; else the
 * whole field. None of them maintains packages in Debian or Ubuntu under that address. */
static const char *const foreign_maintainers[] = {
    "@docker.com",    /* Docker */
    "@containerd.io", /* Docker's containerd.io */
    "@nvidia.com",    /* CUDA, container toolkit */
    "@hashicorp.com", /* Terraform, Vault, Consul */
    "@microsoft.com", /* .NET, PowerShell, SQL Server tools, Azure CLI */
    "dotnetpackages@dotnetfoundation.org",
    "@mongodb.com",       /* MongoDB */
    "@10gen.com",         /* MongoDB, its old name */
    "@elastic.co",        /* Elasticsearch, Kibana, Beats */
    "@f5.com",            /* NGINX from its own repository */
    "@nginx.com",         /* the same, before F5 */
    "@grafana.com",       /* Grafana, Loki, Alloy */
    "@nodesource.com",    /* Node.js from NodeSource */
    "GitHub",             /* GitHub CLI */
    "support@gitlab.com", /* GitLab, its runner */
    "@datadoghq.com",     /* Datadog agent */
    "@newrelic.com",      /* New Relic agents */
    "@influxdb.com",      /* InfluxDB, Telegraf */
    "@influxdata.com",
    "@confluent.io",                        /* Kafka from Confluent */
    "@percona.com",                         /* Percona Server */
    "maria-developers@lists.launchpad.net", /* MariaDB from its own repository; Debian's has Debian's list */
    "mysql-build@oss.oracle.com",           /* MySQL from its own repository */
    "@rabbitmq.com",                        /* RabbitMQ, Erlang */
    "@clickhouse.com",                      /* ClickHouse */
    "@neo4j.com",                           /* Neo4j */
    "@konghq.com",                          /* Kong */
    "@cloudflare.com",                      /* cloudflared */
    "info@tailscale.com",                   /* Tailscale */
    "@azul.com",                            /* Zulu JDK */
    "@azulsystems.com",
    "corretto-team@amazon.com",  /* Amazon Corretto */
    "temurin-dev@eclipse.org",   /* Eclipse Temurin */
    "yarn@dan.cx",               /* Yarn from its own repository */
    "dev@kubernetes.io",         /* kubectl, kubelet */
    "chromium-dev@chromium.org", /* Google Chrome */
    "dev@couchdb.apache.org",    /* CouchDB */
};

/* "Name <address>": the address, or all of it where there are no brackets. */
static struct str address_of(struct str maintainer)
{
    size_t open, close;
    maintainer = str_trim(maintainer);
    if (!str_rfind(maintainer, '<', &open) || !str_rfind(maintainer, '>', &close) || close < open)
        return maintainer;
    return str_trim(str_make(maintainer.ptr + open + 1, close - open - 1));
}

static bool is_foreign(struct str maintainer)
{
    struct str address = address_of(maintainer), domain = { 0 };
    size_t at;
    if (str_rfind(address, '@', &at))
        domain = str_skip(address, at);
    for (size_t i = 0; i < ARRAY_LEN(foreign_maintainers); i++) {
        struct str known = str_from(foreign_maintainers[i]);
        if (str_eq_nocase(known.ptr[0] == '@' ? domain : address, known))
            return true;
    }
    return false;
}

static bool is_own_vendor(const struct distro_row *row, const struct package *package)
{
    /* Some of Amazon's own packages were built without a vendor; their release tells ("8.5.0-1.amzn2023.0.1"). */
    if (package->maintainer.len == 0 && str_is(STR("amazon"), row->family))
        return str_contains(package->version, ".amzn");
    for (size_t i = 0; i < ARRAY_LEN(row->vendors) && row->vendors[i]; i++)
        if (str_starts(package->maintainer, row->vendors[i]))
            return true;
    return false;
}

bool catalog_is_third_party(const struct distro *distro, const struct package *package)
{
    const char *scheme = package->kind->scheme;
    if (!package->kind->is_os || !scheme)
        return false;
    if (strcmp(scheme, "dpkg") == 0)
        return is_foreign(package->maintainer);
    const struct distro_row *row = distro_by_family(distro->family);
    return strcmp(scheme, "rpm") == 0 && row && row->vendors[0] && !is_own_vendor(row, package);
}
