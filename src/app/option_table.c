#include "app/option_table.h"

#include "app/option_check.h"

static const char *const fits[] = { "contain", "cover", "stretch", NULL };
static const char *const yes_or_no[] = { "no", "yes", NULL };
static const char *const isolations[] = { "process", "off", NULL };
static const char *const on_errors[] = { "pass", "hold", "blank", NULL };
static const char *const levels[] = { "error", "warn", "info", "debug", "trace", NULL };

#define AT(field) .offset = offsetof(struct mr_options, field)

const struct mr_option mr_option_table[] = {
    { "script", 's', "FILE", MR_OPTION_TEXT, AT(script), .file = true,
      .help = "the script (lua/process.lua next to the sources or as installed)" },
    { "config", 'c', "FILE", MR_OPTION_TEXT, AT(config), .scope = MR_SCOPE_COMMAND,
      .help = "Lua file that describes several streams, instead of SOURCE" },
    { "check", 0, NULL, MR_OPTION_FLAG, AT(check), .scope = MR_SCOPE_COMMAND,
      .help = "look whether the --config file is right, then exit" },
    { "listen", 'l', "ADDR:PORT", MR_OPTION_LIST, AT(listen), .scope = MR_SCOPE_GLOBAL,
      .check = mr_option_check_listen,
      .help =
          "where to serve: 192.0.2.1:8080, [::1]:8080, 8080 for this machine alone, :8080 for "
          "every "
          "address, unix:PATH; port 0 picks one and prints it; several: again (" MR_LISTEN_DEFAULT
          ")" },
    { "name", 'n', "NAME", MR_OPTION_TEXT, AT(name), .fallback = "live", .scope = MR_SCOPE_COMMAND,
      .check = mr_option_check_name, .help = "the stream's name, of a-z 0-9 _ - (%s)" },
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
    { "live", 0, "yes|no", MR_OPTION_CHOICE, AT(live), .choices = yes_or_no,
      .help = "whether the source arrives at its own pace (found by looking)" },
    { "poll", 0, "TIME", MR_OPTION_SECONDS, AT(poll_s), .min = 0.02, .max = 86400, .fallback = "1",
      .help =
          "a still picture over HTTP is fetched again so often, a file if it has changed (%s s)" },
    { "background", 0, "COLOR", MR_OPTION_TEXT, AT(background), .fallback = "black",
      .check = mr_option_check_background,
      .help = "what is under transparent places of a picture, as orange or #ff8800 (%s)" },
    { "stall", 0, "TIME", MR_OPTION_SECONDS, AT(stall_s), .min = 0.1, .max = 86400, .fallback = "5",
      .help = "a live source without a frame for so long is lost, and opened again (%s s)" },
    { "idle-disconnect", 0, "TIME", MR_OPTION_SECONDS, AT(idle_disconnect_s), .min = 0.1,
      .max = 86400, .help = "leave a live source when nobody has watched for so long (never)" },
    { "record", 0, "FILE", MR_OPTION_TEXT, AT(record), .file = true,
      .help = "record to FILE.mkv, pictures and payloads; % as for strftime: "
              "dir/%Y%m%d-%H%M%S.mkv" },
    { "record-split", 0, "TIME", MR_OPTION_SECONDS, AT(record_split_s), .min = 1, .max = 8640000,
      .help = "begin a new file after so long, as 10min (never)" },
    { "isolation", 0, "process|off", MR_OPTION_CHOICE, AT(isolation), .choices = isolations,
      .fallback = "process",
      .help = "where the script runs: in a process of its own, or in this one (%s)" },
    { "deadline", 0, "MS", MR_OPTION_INT, AT(limits.deadline_ms), .min = 10, .max = 3600000,
      .fallback = "1000", .help = "longest time for one call of the script (%s)" },
    { "memory", 0, "MIB", MR_OPTION_INT, AT(limits.memory_mib), .min = 8, .max = 65536,
      .fallback = "256", .help = "most memory for the script (%s)" },
    { "on-script-error", 0, "pass|hold|blank", MR_OPTION_CHOICE, AT(on_script_error),
      .choices = on_errors, .fallback = "pass",
      .help = "what viewers see while the script fails: the plain frame, the last good one, or a "
              "notice (%s)" },
    { "token", 0, "TOKEN", MR_OPTION_TEXT, AT(token), .scope = MR_SCOPE_GLOBAL,
      .check = mr_option_check_token,
      .help = "secret for everything that changes something (made up and printed when not given)" },
    { "view-token", 0, "TOKEN", MR_OPTION_TEXT, AT(view_token), .scope = MR_SCOPE_GLOBAL,
      .check = mr_option_check_view_token,
      .help = "secret for watching; the other token is good for that, too (everybody may watch)" },
    { "allow-origin", 0, "ORIGIN", MR_OPTION_LIST, AT(allowed_origins), .scope = MR_SCOPE_GLOBAL,
      .check = mr_option_check_origins,
      .help = "pages of this origin may watch, as https://example.org, or of all: *; several: "
              "again, or separated by commas (our own only)" },
    { "allow-host", 0, "NAME", MR_OPTION_LIST, AT(allowed_hosts), .scope = MR_SCOPE_GLOBAL,
      .check = mr_option_check_hosts,
      .help = "a name that leads to this server, or all: * (addresses, localhost and this "
              "machine's own name)" },
    { "max-clients", 0, "N", MR_OPTION_INT, AT(max_clients), .min = 1, .max = 1000000,
      .fallback = "4096", .scope = MR_SCOPE_GLOBAL, .help = "viewers at once (%s)" },
    { "max-clients-per-address", 0, "N", MR_OPTION_INT, AT(max_clients_per_address), .min = 1,
      .max = 1000000, .fallback = "256", .scope = MR_SCOPE_GLOBAL,
      .help = "viewers at once from one address other than this machine's (%s)" },
    { "trusted-proxy", 0, "ADDR[/BITS]", MR_OPTION_LIST, AT(trusted_proxies),
      .scope = MR_SCOPE_GLOBAL, .check = mr_option_check_proxies,
      .help = "a proxy whose X-Forwarded-For and -Proto headers are believed; several: again, or "
              "separated by commas" },
    { "base-path", 0, "PATH", MR_OPTION_TEXT, AT(base_path), .scope = MR_SCOPE_GLOBAL,
      .check = mr_option_check_base_path,
      .help = "serve everything below PATH, as /cam, for a proxy that passes it on (/)" },
    { "web-dir", 0, "DIR", MR_OPTION_TEXT, AT(web_dir), .scope = MR_SCOPE_GLOBAL, .file = true,
      .help = "files here come before the built-in pages" },
    { "headless", 0, NULL, MR_OPTION_FLAG, AT(headless), .scope = MR_SCOPE_COMMAND,
      .help = "no server: run the source through the script, then exit" },
    { "frames", 0, "N", MR_OPTION_INT, AT(frames), .min = 1, .max = 2147483647,
      .scope = MR_SCOPE_COMMAND, .help = "headless: stop after N frames" },
    { "jsonl", 0, "FILE", MR_OPTION_TEXT, AT(jsonl), .scope = MR_SCOPE_COMMAND,
      .help = "headless: one JSON object a frame (-: standard output)" },
    { "save", 0, "DIR", MR_OPTION_TEXT, AT(save), .scope = MR_SCOPE_COMMAND,
      .help = "headless: write each JPEG as DIR/000000.jpg, ..." },
    { "test", 0, NULL, MR_OPTION_FLAG, AT(test), .scope = MR_SCOPE_COMMAND,
      .help = "run FILE..., Lua files with tests of scripts, instead of a SOURCE, then exit" },
    { "log-level", 0, "LEVEL", MR_OPTION_CHOICE, AT(log_level), .choices = levels,
      .fallback = "info", .scope = MR_SCOPE_GLOBAL,
      .help = "error, warn, info, debug or trace (%s)" },
    { "version", 0, NULL, MR_OPTION_FLAG, AT(version), .scope = MR_SCOPE_COMMAND,
      .help = "print the version" },
    { "help", 'h', NULL, MR_OPTION_FLAG, AT(help), .scope = MR_SCOPE_COMMAND,
      .help = "print this text" },
};
const size_t mr_option_table_count = sizeof(mr_option_table) / sizeof(*mr_option_table);
