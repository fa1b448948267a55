#include "app/app.h"

#include "app/default_script.h"
#include "script/config/config_host.h"
#include "script/process/process.h"
#include "script/process/script_host.h"

#include <string.h>
#include <unistd.h>

#define MAX_ENCODERS 4

int mr_app_create_encoder(struct mr_encoder **encoder, struct mr_error *error)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (cores < 1)
        cores = 1;
    int result = mr_encoder_create(cores > MAX_ENCODERS ? MAX_ENCODERS : (unsigned)cores, encoder);
    if (result < 0)
        mr_error_set(error, result, "cannot start the encoders: %s", strerror(-result));
    return result;
}

struct mr_stream_options mr_app_stream_options(const struct mr_options *options,
                                               struct mr_signals *signals)
{
    return (struct mr_stream_options){
        .name = options->name,
        .url = options->source,
        .input = { .format = options->input_format,
                   .size = options->input_size,
                   .fps = options->input_fps,
                   .live = options->live == MR_BY_MODE ? MR_INPUT_LIVE_LOOK
                           : options->live == MR_YES   ? MR_INPUT_LIVE_YES
                                                       : MR_INPUT_LIVE_NO,
                   .option = options->input_options.text,
                   .option_count = options->input_options.count },
        .settings = options->settings,
        .background = options->background_rgb,
        .poll_s = options->poll_s,
        .stall_s = options->stall_s,
        .idle_disconnect_s = options->idle_disconnect_s,
        .script = options->script != NULL ? options->script : mr_default_script_find(),
        .size = options->size,
        .fit = (enum mr_fit)options->fit,
        .fps = options->fps,
        .quality = options->quality > 0 ? options->quality : MR_QUALITY,
        .keep_jpeg = options->quality == 0,
        .record = options->record,
        .record_split_s = options->record_split_s,
        .loop = options->loop == MR_BY_MODE ? !options->headless : options->loop == MR_YES,
        .always = options->always,
        .lossless = options->headless,
        .frames = (uint64_t)options->frames,
        .limits = options->limits,
        .host = options->isolation == MR_ISOLATION_PROCESS ? "/proc/self/exe" : NULL,
        .on_error = (enum mr_on_error)options->on_script_error,
        .changed = mr_signals_notify,
        .changed_opaque = signals,
    };
}

void mr_app_script_host(void)
{
    mr_script_host_run(MR_PROCESS_SOCKET);
}

int mr_app_config_host(void)
{
    return mr_config_host_run(MR_PROCESS_SOCKET);
}
