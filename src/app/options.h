/* The options: what the command line or a configuration says. Plain data. */
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

#define MR_VALUES_MAX 32
#define MR_QUALITY    80 /* of JPEG, where none is given */

#define MR_LISTEN_DEFAULT "127.0.0.1:8080"

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
    int live;                       /* MR_BY_MODE: found by looking */
    double poll_s;
    const char *background;  /* a colour */
    uint32_t background_rgb; /* the same: 0xRRGGBB */
    double stall_s;
    double idle_disconnect_s; /* 0: never */
    const char *script;       /* NULL: the one that comes with moonreel */
    struct mr_values listen;  /* none: MR_LISTEN_DEFAULT */
    const char *name;
    struct mr_size size;
    int fit; /* enum mr_fit */
    double fps;
    int quality;           /* 0: not given: MR_QUALITY, and what comes as JPEG stays as it is */
    const char *record;    /* NULL: none */
    double record_split_s; /* 0: never */
    int loop;              /* enum mr_choice_default */
    bool always;
    struct mr_script_limits limits;
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

#endif
