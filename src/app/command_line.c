#include "app/command_line.h"

#include "app/option_set.h"
#include "app/option_table.h"
#include "media/ffmpeg/url.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <string.h>

#define MAX_OPTIONS 64

/* getopt's tables, made from ours: an option's value is its row. */
static void fill_getopt(struct option longs[MAX_OPTIONS], char *shorts)
{
    assert(mr_option_table_count < MAX_OPTIONS);
    *shorts++ = ':';
    for (size_t i = 0; i < mr_option_table_count; i++) {
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
    longs[mr_option_table_count] = (struct option){ 0 };
    *shorts = '\0';
}

static const struct mr_option *find_option(int value)
{
    if (value >= 256)
        return &mr_option_table[value - 256];
    for (size_t i = 0; i < mr_option_table_count; i++)
        if (mr_option_table[i].letter == value)
            return &mr_option_table[i];
    return NULL;
}

/* "--quality: why" */
static int name_option(const struct mr_option *option, const struct mr_error *why,
                       struct mr_error *error)
{
    return mr_error_set(error, why->code, "--%s: %s", option->name, why->text);
}

static int check_values(struct mr_options *options, struct mr_error *error)
{
    struct mr_error why;
    for (size_t i = 0; i < mr_option_table_count; i++) {
        const struct mr_option *option = &mr_option_table[i];
        if (option->check != NULL && option->check(options, &why) < 0)
            return name_option(option, &why, error);
    }
    return 0;
}

/* A configuration says what the streams are; the command line, how they are served. */
static int check_config(int argc, const struct mr_options *options, struct mr_error *error)
{
    if (optind < argc) {
        char shown[512];
        mr_url_redact_whole(options->source, shown, sizeof(shown));
        return mr_error_set(error, -EINVAL,
                            "SOURCE (\"%s\") and --config do not go together: the configuration "
                            "says what the streams are",
                            shown);
    }
    for (size_t i = 0; i < mr_option_table_count; i++) {
        const struct mr_option *option = &mr_option_table[i];
        bool stream = option->scope == MR_SCOPE_STREAM || strcmp(option->name, "name") == 0;
        if (mr_option_set_by_command(option, options) && stream)
            return mr_error_set(error, -EINVAL,
                                "--%s and --config do not go together: it belongs to a stream, in "
                                "the configuration",
                                option->name);
    }
    if (options->headless)
        return mr_error_set(error, -EINVAL, "--headless and --config do not go together");
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
                        : options->config != NULL ? "config"
                        : options->check          ? "check"
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

/* Options that exclude each other, and arguments that are not options. */
static int check(int argc, char **argv, struct mr_options *options, struct mr_error *error)
{
    if (options->test && !options->help && !options->version)
        return check_test(argc, argv, options, error);
    if (argc - optind > 1) {
        char shown[512];
        mr_url_redact_whole(argv[optind + 1], shown, sizeof(shown));
        return mr_error_set(error, -EINVAL, "\"%s\" is one SOURCE too many; there can be one",
                            shown);
    }
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
    if (options->record_split_s > 0 && options->record == NULL && options->config == NULL)
        return mr_error_set(error, -EINVAL, "--record-split goes with --record");
    if (options->config != NULL && check_config(argc, options, error) < 0)
        return -EINVAL;
    if (options->check && options->config == NULL)
        return mr_error_set(error, -EINVAL, "--check goes with --config");
    return check_values(options, error);
}

int mr_command_line_parse(int argc, char **argv, struct mr_options *options, struct mr_error *error)
{
    struct option longs[MAX_OPTIONS];
    char shorts[2 * MAX_OPTIONS + 2];
    fill_getopt(longs, shorts);
    mr_option_set_defaults(options);

    opterr = 0;
    optind = 0; /* start afresh: tests parse more than once */
    for (int value; (value = getopt_long(argc, argv, shorts, longs, NULL)) != -1;) {
        const char *given = optind > 0 ? argv[optind - 1] : "";
        if (value == ':')
            return mr_error_set(error, -EINVAL, "%s needs a value; see --help", given);
        if (value == '?')
            return mr_error_set(error, -EINVAL, "%s is not an option; see --help", given);
        const struct mr_option *option = find_option(value);
        struct mr_error why;
        if (mr_option_set(option, optarg, options, &why) < 0)
            return name_option(option, &why, error);
        options->given |= UINT64_C(1) << (option - mr_option_table);
    }
    return check(argc, argv, options, error);
}
