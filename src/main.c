/* Arguments, signals, exit code. */
#include "app/app.h"
#include "app/check.h"
#include "app/command_line.h"
#include "app/headless.h"
#include "app/help.h"
#include "app/serve.h"
#include "app/standard.h"
#include "app/tests.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
};

static int run_stream(const struct mr_options *options, struct mr_error *error)
{
    struct mr_signals signals;
    int result = mr_signals_init(&signals);
    if (result < 0)
        mr_error_set(error, result, "cannot take signals");
    else
        result = options->headless ? mr_headless_run(options, &signals, error)
                                   : mr_serve_run(options, &signals, error);
    mr_signals_finish(&signals);
    return result;
}

static bool is_for_itself(const char *argument)
{
    return strcmp(argument, "--script-host") == 0 || strcmp(argument, "--config-host") == 0;
}

/* The processes that moonreel starts for scripts and configurations. return: the exit status */
static int serve_itself(const char *role)
{
    bool config = strcmp(role, "--config-host") == 0;
    if (config && mr_app_config_host() == 0)
        return EXIT_DONE;
    if (!config)
        mr_app_script_host();
    fprintf(stderr, "moonreel: %s is what moonreel starts for itself; try --help\n", role);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    mr_standard_fill();
    if (argc > 1 && is_for_itself(argv[1]))
        return serve_itself(argv[1]);

    struct mr_options options;
    struct mr_error error = { 0 };
    if (mr_command_line_parse(argc, argv, &options, &error) < 0) {
        fprintf(stderr, "moonreel: %s\n", error.text);
        return EXIT_USAGE;
    }
    if (options.help) {
        mr_help_print(stdout);
        return EXIT_DONE;
    }
    if (options.version) {
        puts("moonreel " MR_VERSION);
        return EXIT_DONE;
    }
    mr_log_set_level((enum mr_log_level)options.log_level);

    int result = options.test    ? mr_tests_run(&options, &error)
                 : options.check ? mr_check_config(&options, &error)
                                 : run_stream(&options, &error);
    if (result < 0)
        fprintf(stderr, "moonreel: %s\n", error.text);
    return result < 0 ? EXIT_FAILED : EXIT_DONE;
}
