/* Messages between viewers and the script: on_message, on_client, broadcast. By the thread that runs the script. */
#ifndef MR_SCRIPT_TALK_H
#define MR_SCRIPT_TALK_H

#include "base/error.h"
#include "script/engine/event.h"

struct mr_engine;

/* Call on_message or on_client, if it is there. return: as process */
int mr_talk_deliver(struct mr_engine *engine, const struct mr_script_event *event,
                    struct mr_error *error);

#endif
