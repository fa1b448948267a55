/* The option table: the one place where an option has its name, type, range, default, help and where
 * it may stand. Command line, configuration file, help text and documentation are made from it. Constant data. */
#ifndef MR_APP_OPTION_TABLE_H
#define MR_APP_OPTION_TABLE_H

#include "app/options.h"

enum mr_option_type {
    MR_OPTION_FLAG,    /* bool */
    MR_OPTION_TEXT,    /* const char * */
    MR_OPTION_LIST,    /* struct mr_values; each time one more */
    MR_OPTION_INT,     /* int, min … max */
    MR_OPTION_NUMBER,  /* double, min … max */
    MR_OPTION_SECONDS, /* double, as "5", "500ms", "10min", "1h"; min … max */
    MR_OPTION_SIZE,    /* struct mr_size */
    MR_OPTION_CHOICE,  /* int, index into choices */
};

/* Where an option may stand; in the configuration "_" stands for "-" in its name. */
enum mr_option_scope {
    MR_SCOPE_STREAM, /* command line, or a stream's key; outside of the streams a default for them */
    MR_SCOPE_GLOBAL,  /* command line, or a key outside of the streams */
    MR_SCOPE_COMMAND, /* command line only */
};

struct mr_option {
    const char *name;
    char letter;          /* 0: none */
    const char *argument; /* as the usage shows it; NULL for flags */
    enum mr_option_type type;
    size_t offset; /* in struct mr_options */
    double min, max;
    const char *const *choices; /* NULL-terminated */
    enum mr_option_scope scope;
    bool file; /* a path: in a configuration relative to the file's folder */
    int (*check)(struct mr_options *options, struct mr_error *error); /* once set; NULL: none */
    const char *fallback; /* parsed like an argument; NULL: zero */
    const char *help;     /* %s stands for the fallback */
};

extern const struct mr_option mr_option_table[];
extern const size_t mr_option_table_count;

#endif
