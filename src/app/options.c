#include "app/options.h"

#include "http/auth.h"
#include "http/listen.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_OPTIONS 64

static const char *const fits[] = { "contain", "cover", "stretch", NULL };
static const char *const yes_or_no[] = { "no", "yes", NULL };
static const char *const isolations[] = { "process", "off", NULL };
static const char *const on_errors[] = { "pass", "hold", "blank", NULL };
static const char *const levels[] = { "error", "warn", "info", "debug", "trace", NULL };

#define AT(field) .offset = offsetof(struct mr_options, field)

const struct mr_option mr_option_table[] = {
    { "script", 's', "FILE", MR_OPTION_TEXT, AT(script),
      .help = "the script (lua/process.lua next to the sources or as installed)" },
    { "config", 'c', "FILE", MR_OPTION_TEXT, AT(config),
      .help = "Lua file that describes several streams, instead of SOURCE" },
    { "check", 0, NULL, MR_OPTION_FLAG, AT(check),
      .help = "look whether the --config file is right, then exit" },
    { "listen", 'l', "ADDR:PORT", MR_OPTION_TEXT, AT(listen), .fallback = "127.0.0.1:8080",
      .help = "where to serve; port 0 picks one and prints it (%s)" },
    { "name", 'n', "NAME", MR_OPTION_TEXT, AT(name), .fallback = "live",
      .help = "the stream's name, of a-z 0-9 _ - (%s)" },
    { "size", 0, "WxH", MR_OPTION_SIZE, AT(size),
      .help = "output size; W or xH keeps the aspect (source size, bounded to 1280x720)" },
    { "fit", 0, "contain|cover|stretch", MR_OPTION_CHOICE, AT(fit), .choices = fits,
      .fallback = "contain", .help = "how an aspect mismatch is met (%s)" },
    { "fps", 0, "N", MR_OPTION_NUMBER, AT(fps), .min = 0.01, .max = 1000,
      .help = "upper bound of the output rate (source rate)" },
    { "quality", 'q', "N", MR_OPTION_INT, AT(quality), .min = 1, .max = 100,
      .help = "JPEG quality 1-100 (80; what comes as JPEG and is not changed stays as it is)" },
    { "loop", 0, "yes|no", MR_OPTION_CHOICE, AT(loop), .choices = yes_or_no,
      .help = "start a finite source again at its end (yes when serving, no headless)" },
    { "always", 0, NULL, MR_OPTION_FLAG, AT(always),
      .help = "run the stream although nobody watches" },
    { "input-format", 0, "NAME", MR_OPTION_TEXT, AT(input_format),
      .help =
          "FFmpeg's name of the source's format, or of a camera's pixel format, as mjpeg (found "
          "by looking)" },
    { "input-size", 0, "WxH", MR_OPTION_SIZE, AT(input_size),
      .help = "picture size to ask a camera for, or of raw video (the source's choice)" },
    { "input-fps", 0, "N", MR_OPTION_NUMBER, AT(input_fps), .min = 0.01, .max = 1000,
      .help =
          "rate to ask a camera for, or of raw video or a row of pictures (the source's choice)" },
    { "input-option", 0, "KEY=VALUE", MR_OPTION_LIST, AT(input_options),
      .help = "one of FFmpeg's options for the source; several: again" },
    { "stall", 0, "TIME", MR_OPTION_SECONDS, AT(stall_s), .min = 0.1, .max = 86400, .fallback = "5",
      .help = "a live source without a frame for so long is lost, and opened again (%s s)" },
    { "idle-disconnect", 0, "TIME", MR_OPTION_SECONDS, AT(idle_disconnect_s), .min = 0.1,
      .max = 86400, .help = "leave a live source when nobody has watched for so long (never)" },
    { "record", 0, "FILE", MR_OPTION_TEXT, AT(record),
      .help = "record to FILE.mkv, pictures and payloads; % as for strftime: "
              "dir/%Y%m%d-%H%M%S.mkv" },
    { "record-split", 0, "TIME", MR_OPTION_SECONDS, AT(record_split_s), .min = 1, .max = 8640000,
      .help = "begin a new file after so long, as 10min (never)" },
    { "isolation", 0, "process|off", MR_OPTION_CHOICE, AT(isolation), .choices = isolations,
      .fallback = "process",
      .help = "where the script runs: in a process of its own, or in this one (%s)" },
    { "deadline", 0, "MS", MR_OPTION_INT, AT(deadline_ms), .min = 10, .max = 3600000,
      .fallback = "1000", .help = "longest time for one call of the script (%s)" },
    { "memory", 0, "MIB", MR_OPTION_INT, AT(memory_mib), .min = 8, .max = 65536, .fallback = "256",
      .help = "most memory for the script (%s)" },
    { "on-script-error", 0, "pass|hold|blank", MR_OPTION_CHOICE, AT(on_script_error),
      .choices = on_errors, .fallback = "pass",
      .help = "what viewers see while the script fails: the plain frame, the last good one, or a "
              "notice (%s)" },
    { "token", 0, "TOKEN", MR_OPTION_TEXT, AT(token),
      .help = "secret for everything that changes something (made up and printed when not given)" },
    { "view-token", 0, "TOKEN", MR_OPTION_TEXT, AT(view_token),
      .help = "secret for watching; the other token is good for that, too (everybody may watch)" },
    { "allow-origin", 0, "ORIGIN", MR_OPTION_LIST, AT(allowed_origins),
      .help = "pages of this origin may watch, as https://example.org, or of all: *; several: "
              "again, or separated by commas (our own only)" },
    { "allow-host", 0, "NAME", MR_OPTION_LIST, AT(allowed_hosts),
      .help = "a name that leads to this server, or all: * (addresses, localhost and this "
              "machine's own name)" },
    { "max-clients", 0, "N", MR_OPTION_INT, AT(max_clients), .min = 1, .max = 1000000,
      .fallback = "4096", .help = "viewers at once (%s)" },
    { "max-clients-per-address", 0, "N", MR_OPTION_INT, AT(max_clients_per_address), .min = 1,
      .max = 1000000, .fallback = "256",
      .help = "viewers at once from one address other than this machine's (%s)" },
    { "trusted-proxy", 0, "ADDR[/BITS]", MR_OPTION_LIST, AT(trusted_proxies),
      .help = "a proxy whose X-Forwarded-For and -Proto headers are believed; several: again, or "
              "separated by commas" },
    { "base-path", 0, "PATH", MR_OPTION_TEXT, AT(base_path),
      .help = "serve everything below PATH, as /cam, for a proxy that passes it on (/)" },
    { "web-dir", 0, "DIR", MR_OPTION_TEXT, AT(web_dir),
      .help = "files here come before the built-in pages" },
    { "headless", 0, NULL, MR_OPTION_FLAG, AT(headless),
      .help = "no server: run the source through the script, then exit" },
    { "frames", 0, "N", MR_OPTION_INT, AT(frames), .min = 1, .max = 2147483647,
      .help = "headless: stop after N frames" },
    { "jsonl", 0, "FILE", MR_OPTION_TEXT, AT(jsonl),
      .help = "headless: one JSON object a frame (-: standard output)" },
    { "save", 0, "DIR", MR_OPTION_TEXT, AT(save),
      .help = "headless: write each JPEG as DIR/000000.jpg, ..." },
    { "test", 0, NULL, MR_OPTION_FLAG, AT(test),
      .help = "run FILE..., Lua files with tests of scripts, instead of a SOURCE, then exit" },
    { "log-level", 0, "LEVEL", MR_OPTION_CHOICE, AT(log_level), .choices = levels,
      .fallback = "info", .help = "error, warn, info, debug or trace (%s)" },
    { "version", 0, NULL, MR_OPTION_FLAG, AT(version), .help = "print the version" },
    { "help", 'h', NULL, MR_OPTION_FLAG, AT(help), .help = "print this text" },
};
const size_t mr_option_count = sizeof(mr_option_table) / sizeof(*mr_option_table);

static int set_number(const struct mr_option *option, const char *text, void *field,
                      struct mr_error *error)
{
    char *end;
    bool whole = option->type == MR_OPTION_INT;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !(value >= option->min && value <= option->max) ||
        (whole && value != floor(value)))
        return mr_error_set(error, -EINVAL, "--%s: \"%s\" is not a %snumber from %.10g to %.10g",
                            option->name, text, whole ? "whole " : "", option->min, option->max);
    if (whole)
        *(int *)field = (int)value;
    else
        *(double *)field = value;
    return 0;
}

static bool is_within(double value, double least, double most)
{
    return value >= least && value <= most;
}

/* "5" and "5s", "500ms", "10min", "1h" */
static int set_seconds(const struct mr_option *option, const char *text, double *field,
                       struct mr_error *error)
{
    static const struct {
        const char *name;
        double seconds;
    } units[] = { { "", 1 }, { "s", 1 }, { "ms", 1e-3 }, { "min", 60 }, { "h", 3600 } };
    char *unit;
    double number = strtod(text, &unit);
    for (size_t i = 0; unit != text && i < sizeof(units) / sizeof(*units); i++)
        if (strcmp(unit, units[i].name) == 0 &&
            is_within(number * units[i].seconds, option->min, option->max)) {
            *field = number * units[i].seconds;
            return 0;
        }
    return mr_error_set(error, -EINVAL,
                        "--%s: \"%s\" is not a time from %.10g to %.10g seconds, as 5, 500ms, "
                        "10min or 1h",
                        option->name, text, option->min, option->max);
}

static int set_choice(const struct mr_option *option, const char *text, int *field,
                      struct mr_error *error)
{
    char known[128] = "";
    for (int i = 0; option->choices[i] != NULL; i++) {
        if (strcmp(text, option->choices[i]) == 0) {
            *field = i;
            return 0;
        }
        snprintf(known + strlen(known), sizeof(known) - strlen(known), "%s%s", i > 0 ? ", " : "",
                 option->choices[i]);
    }
    return mr_error_set(error, -EINVAL, "--%s: \"%s\" is not one of %s", option->name, text, known);
}

static int set_size(const struct mr_option *option, const char *text, struct mr_size *field,
                    struct mr_error *error)
{
    struct mr_error inner;
    int result = mr_size_parse(text, field, &inner);
    return result < 0 ? mr_error_set(error, result, "--%s: %s", option->name, inner.text) : 0;
}

static int add_value(const struct mr_option *option, const char *text, struct mr_values *field,
                     struct mr_error *error)
{
    if (field->count == MR_VALUES_MAX)
        return mr_error_set(error, -EINVAL, "--%s: \"%s\" is one too many; there can be %d",
                            option->name, text, MR_VALUES_MAX);
    field->text[field->count++] = text;
    return 0;
}

static int set_option(const struct mr_option *option, const char *text, struct mr_options *options,
                      struct mr_error *error)
{
    void *field = (char *)options + option->offset;
    switch (option->type) {
    case MR_OPTION_FLAG:
        *(bool *)field = true;
        return 0;
    case MR_OPTION_TEXT:
        if (*text == '\0')
            return mr_error_set(error, -EINVAL, "--%s: %s may not be empty", option->name,
                                option->argument);
        *(const char **)field = text;
        return 0;
    case MR_OPTION_LIST:
        return add_value(option, text, field, error);
    case MR_OPTION_INT:
    case MR_OPTION_NUMBER:
        return set_number(option, text, field, error);
    case MR_OPTION_SECONDS:
        return set_seconds(option, text, field, error);
    case MR_OPTION_SIZE:
        return set_size(option, text, field, error);
    case MR_OPTION_CHOICE:
        return set_choice(option, text, field, error);
    }
    return 0;
}

static void set_defaults(struct mr_options *options)
{
    *options = (struct mr_options){ .source = "test:", .loop = MR_BY_MODE };
    for (size_t i = 0; i < mr_option_count; i++)
        if (mr_option_table[i].fallback != NULL)
            set_option(&mr_option_table[i], mr_option_table[i].fallback, options, NULL);
}

/* getopt's tables, made from ours: an option's value is its row. */
static void fill_getopt(struct option longs[MAX_OPTIONS], char *shorts)
{
    _Static_assert(sizeof(mr_option_table) / sizeof(*mr_option_table) < MAX_OPTIONS, "too many");
    *shorts++ = ':';
    for (size_t i = 0; i < mr_option_count; i++) {
        const struct mr_option *option = &mr_option_table[i];
        bool takes = option->type != MR_OPTION_FLAG;
        longs[i] = (struct option){ option->name, takes ? required_argument : no_argument, NULL,
                                    256 + (int)i };
        if (option->letter != 0) {
            *shorts++ = option->letter;
            if (takes)
                *shorts++ = ':';
        }
    }
    longs[mr_option_count] = (struct option){ 0 };
    *shorts = '\0';
}

static const struct mr_option *find_option(int value)
{
    if (value >= 256)
        return &mr_option_table[value - 256];
    for (size_t i = 0; i < mr_option_count; i++)
        if (mr_option_table[i].letter == value)
            return &mr_option_table[i];
    return NULL;
}

static int check_name(const char *name, struct mr_error *error)
{
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-");
    if (name[length] != '\0' || length > 64)
        return mr_error_set(error, -EINVAL,
                            "--name: \"%s\" is not a name of 1 to 64 letters a-z, digits, _ and -",
                            name);
    return 0;
}

static int check_token(const char *name, const char *token, struct mr_error *error)
{
    if (token == NULL || mr_auth_is_token(token))
        return 0;
    return mr_error_set(error, -EINVAL,
                        "--%s: what was given is not a token of 1 to %d letters, digits and "
                        "-._~+/=",
                        name, MR_TOKEN_MAX);
}

static int check_origins(struct mr_options *options, struct mr_error *error)
{
    struct mr_error inner;
    for (size_t i = 0; i < options->allowed_origins.count; i++)
        if (mr_origins_add(&options->origins, options->allowed_origins.text[i], &inner) < 0)
            return mr_error_set(error, -EINVAL, "--allow-origin: %s", inner.text);
    for (size_t i = 0; i < options->allowed_hosts.count; i++)
        if (mr_hosts_add(&options->hosts, options->allowed_hosts.text[i], &inner) < 0)
            return mr_error_set(error, -EINVAL, "--allow-host: %s", inner.text);
    return 0;
}

/* What tells how a proxy in front is to be met. */
static int check_proxy(struct mr_options *options, struct mr_error *error)
{
    struct mr_error inner;
    for (size_t i = 0; i < options->trusted_proxies.count; i++)
        if (mr_proxies_add(&options->proxies, options->trusted_proxies.text[i], &inner) < 0)
            return mr_error_set(error, -EINVAL, "--trusted-proxy: %s", inner.text);
    if (options->base_path != NULL &&
        mr_base_path_parse(options->base_path, &options->base, &inner) < 0)
        return mr_error_set(error, -EINVAL, "--base-path: %s", inner.text);
    return 0;
}

/* --test has files instead of a source; what says how to stream means nothing then. */
static int check_test(int argc, char **argv, struct mr_options *options, struct mr_error *error)
{
    const char *other = options->headless         ? "headless"
                        : options->script != NULL ? "script"
                        : options->frames > 0     ? "frames"
                        : options->jsonl != NULL  ? "jsonl"
                        : options->save != NULL   ? "save"
                                                  : NULL;
    if (other != NULL)
        return mr_error_set(error, -EINVAL, "--test and --%s do not go together", other);
    if (optind == argc)
        return mr_error_set(error, -EINVAL,
                            "--test needs a FILE, or several: Lua files with tests");
    options->files = (const char *const *)argv + optind;
    options->file_count = (size_t)(argc - optind);
    for (size_t i = 0; i < options->file_count; i++)
        if (*options->files[i] == '\0')
            return mr_error_set(error, -EINVAL, "--test: FILE may not be empty");
    return 0;
}

/* What does not go together, and arguments that are not options. */
static int check(int argc, char **argv, struct mr_options *options, struct mr_error *error)
{
    if (options->test && !options->help && !options->version)
        return check_test(argc, argv, options, error);
    if (argc - optind > 1)
        return mr_error_set(error, -EINVAL, "\"%s\" is one SOURCE too many; there can be one",
                            argv[optind + 1]);
    if (optind < argc)
        options->source = argv[optind];
    if (*options->source == '\0')
        return mr_error_set(error, -EINVAL, "SOURCE may not be empty");

    const char *headless_only = options->frames > 0      ? "frames"
                                : options->jsonl != NULL ? "jsonl"
                                : options->save != NULL  ? "save"
                                                         : NULL;
    if (headless_only != NULL && !options->headless)
        return mr_error_set(error, -EINVAL, "--%s goes with --headless", headless_only);
    if (check_token("token", options->token, error) < 0 ||
        check_token("view-token", options->view_token, error) < 0)
        return -EINVAL;
    struct sockaddr_in address;
    struct mr_error inner;
    if (mr_listen_parse(options->listen, &address, &inner) < 0)
        return mr_error_set(error, -EINVAL, "--listen: %s", inner.text);
    if (check_proxy(options, error) < 0 || check_origins(options, error) < 0)
        return -EINVAL;
    return check_name(options->name, error);
}

int mr_options_parse(int argc, char **argv, struct mr_options *options, struct mr_error *error)
{
    struct option longs[MAX_OPTIONS];
    char shorts[2 * MAX_OPTIONS + 2];
    fill_getopt(longs, shorts);
    set_defaults(options);

    opterr = 0;
    optind = 0; /* start afresh: tests parse more than once */
    for (int value; (value = getopt_long(argc, argv, shorts, longs, NULL)) != -1;) {
        const char *given = optind > 0 ? argv[optind - 1] : "";
        if (value == ':')
            return mr_error_set(error, -EINVAL, "%s needs a value; see --help", given);
        if (value == '?')
            return mr_error_set(error, -EINVAL, "%s is not an option; see --help", given);
        int result = set_option(find_option(value), optarg, options, error);
        if (result < 0)
            return result;
    }
    return check(argc, argv, options, error);
}
