#include "http/mjpeg.h"

#include "http/form.h"
#include "http/frame_headers.h"
#include "http/stream_head.h"

#include <errno.h>

#define BOUNDARY "moonreel"

/* The boundary before the next part is sent with this one: a browser shows a part when it has seen
 * its end, and would otherwise be a frame late. */
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

const struct mr_protocol mr_mjpeg_protocol = { .kind = MR_VIEWER_MJPEG, .maker = &part };

int mr_mjpeg_get(const struct mr_request *request)
{
    return mr_stream_head_endless(request, "multipart/x-mixed-replace; boundary=" BOUNDARY,
                                  "--" BOUNDARY "\r\n", &mr_mjpeg_protocol);
}
