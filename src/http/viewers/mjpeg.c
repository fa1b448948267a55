#include "http/viewers/mjpeg.h"

#include "http/engine/form.h"
#include "http/viewers/frame_headers.h"
#include "http/viewers/stream_head.h"

#include <errno.h>
#include <string.h>

#define BOUNDARY "moonreel"

#define PART_AHEAD "--" BOUNDARY "\r\nContent-Type: image/jpeg\r\n\r\n"

/* With the boundary before the next part: it tells that this one is complete. */
static int make_part(struct mr_packet *packet, struct mr_form *form)
{
    static const char end[] = "\r\n--" BOUNDARY "\r\n";
    struct mr_buffer head = { 0 };
    mr_frame_headers(packet, &head);
    mr_buffer_append_text(&head, "\r\n");
    if (head.failed) {
        mr_buffer_finish(&head);
        return -ENOMEM;
    }
    form->owned = head.data;
    mr_form_add(form, head.data, head.size);
    mr_form_add(form, packet->jpeg, packet->jpeg_size);
    mr_form_add(form, end, sizeof(end) - 1);
    return 0;
}

static const struct mr_form_maker part = { .slot = MR_FORM_MJPEG, .make = make_part };

const struct mr_protocol mr_mjpeg_protocol = { .kind = MR_VIEWER_MJPEG,
                                               .maker = &part,
                                               .repeats = true };

static int make_part_ahead(struct mr_packet *packet, struct mr_form *form)
{
    static const char next[] = "\r\n" PART_AHEAD;
    mr_form_add(form, packet->jpeg, packet->jpeg_size);
    mr_form_add(form, next, sizeof(next) - 1);
    return 0;
}

static const struct mr_form_maker part_ahead = { .slot = MR_FORM_MJPEG_AHEAD,
                                                 .make = make_part_ahead };

const struct mr_protocol mr_mjpeg_ahead_protocol = { .kind = MR_VIEWER_MJPEG,
                                                     .maker = &part_ahead,
                                                     .repeats = true };

/* Browsers say which images they know; programs that read the heads of parts do not care. */
static bool is_browser(const struct mr_request *request)
{
    const char *accept = mr_request_header(request, "Accept");
    return accept != NULL && strstr(accept, "image/webp") != NULL;
}

int mr_mjpeg_get(const struct mr_request *request)
{
    static const char type[] = "multipart/x-mixed-replace; boundary=" BOUNDARY;
    if (is_browser(request))
        return mr_stream_head_endless(request, type, PART_AHEAD, &mr_mjpeg_ahead_protocol);
    return mr_stream_head_endless(request, type, "--" BOUNDARY "\r\n", &mr_mjpeg_protocol);
}
