/* In place of rpm_sqlite.c where the program is built without SQLite. */
#include "catalog/os/rpm.h"

bool rpm_sqlite_read(struct rpm_db *db)
{
    rpm_damage(db, "this program was built without SQLite (libsqlite3), so it cannot be read");
    return true;
}
