/* The option table: the one place where an option has its name, type, range, default, help and where
 * it may stand. Command line, configuration file, usage text and documentation are made from it. */
#ifndef MR_APP_OPTIONS_H
#define MR_APP_OPTIONS_H

#include "base/error.h"
#include "base/log.h"
#include "http/request/base_path.h"
#include "http/request/forwarded.h"
#include "http/request/origin.h"
#include "media/picture/geometry.h"
#include "script/runner/runner.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define MR_VALUES_MAX 32
#define MR_QUALITY    80 /* of JPEG, where none is given */

enum mr_choice_default {
    MR_NO,
    MR_YES,
    MR_BY_MODE, /* yes when serving, no headless */
};

/* Where the script runs. */
enum mr_isolation {
    MR_ISOLATION_PROCESS, /* of its own */
    MR_ISOLATION_OFF,     /* in this one */
};

/* The values of an option that may be given several times. */
struct mr_values {
    const char *text[MR_VALUES_MAX];
    size_t count;
};

struct mr_options {
    uint64_t given; /* a bit for each row of the table: it stood on the command line */
    const char *source;
    const char *settings; /* JSON object for the script, of a configuration; NULL: none */
    const char *config;   /* NULL: one stream, of these options */
    bool check;
    const char *input_format; /* NULL: found by looking */
    struct mr_size input_size;
    double input_fps;
    struct mr_values input_options; /* each "key=value" */
    double stall_s;
    double idle_disconnect_s; /* 0: never */
    const char *script;       /* NULL: the one that comes with moonreel */
    struct mr_values listen;  /* none: 127.0.0.1:8080 */
    const char *name;
    struct mr_size size;
    int fit; /* enum mr_fit */
    double fps;
    int quality;           /* 0: not given: MR_QUALITY, and what comes as JPEG stays as it is */
    const char *record;    /* NULL: none */
    double record_split_s; /* 0: never */
    int loop;              /* enum mr_choice_default */
    bool always;
    int deadline_ms;
    int memory_mib;
    int isolation;       /* enum mr_isolation */
    int on_script_error; /* enum mr_on_error */
    int max_clients, max_clients_per_address;
    const char *token;      /* NULL: one is made up */
    const char *view_token; /* NULL: everybody may watch */
    struct mr_values allowed_origins, allowed_hosts;
    struct mr_origins origins; /* what these are */
    struct mr_hosts hosts;
    struct mr_values trusted_proxies;
    struct mr_proxies proxies; /* what these are */
    const char *base_path;     /* NULL: none */
    struct mr_base_path base;  /* what it is */
    const char *web_dir;
    bool headless;
    int frames; /* 0: no limit */
    const char *jsonl;
    const char *save;
    bool test;
    const char *const *files; /* of --test */
    size_t file_count;
    int log_level; /* enum mr_log_level */
    bool version;
    bool help;
};

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
extern const size_t mr_option_count;

/* Fill *options from the command line. Strings point into argv.
 * return: 0; -EINVAL with *error naming option, value and what would be right */
int mr_options_parse(int argc, char **argv, struct mr_options *options, struct mr_error *error);

/* The --help text. */
void mr_options_usage(FILE *out);

#endif
