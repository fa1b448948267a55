/* The event "stream" as Socket.IO clients get it: {"data":…,"image":…}, the image as a data URL or as a
 * binary attachment; as WebSocket messages, or as the rest of an answer to a poll. Any thread. */
#ifndef MR_HTTP_SOCKETIO_FORM_H
#define MR_HTTP_SOCKETIO_FORM_H

#include "http/engine/form.h"

extern const struct mr_form_maker mr_socketio_message, mr_socketio_message_binary;
extern const struct mr_form_maker mr_socketio_answer, mr_socketio_answer_binary;

#endif
