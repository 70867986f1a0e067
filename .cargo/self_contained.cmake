# PROJ, where cargo builds it, uses the database compiled into it, not the one that PROJ_DATA of another PROJ names.
set(USE_ONLY_EMBEDDED_RESOURCE_FILES ON CACHE BOOL "")
