#include "http/viewers/log_text.h"

#include "http/request/json_text.h"

json_t *mr_log_text_line(const struct mr_log_line *line)
{
    return json_pack("{s:I, s:I, s:s, s:o, s:o}", "id", (json_int_t)line->number, "time_us",
                     (json_int_t)line->time_us, "level", mr_log_level_name(line->level), "text",
                     mr_json_text(line->text), "traceback",
                     line->traceback != NULL ? mr_json_text(line->traceback) : json_null());
}

json_t *mr_log_text_all(struct mr_log_ring *ring, uint64_t last)
{
    struct mr_log_line *lines[MR_LOG_RING_LINES];
    uint64_t missed;
    unsigned count = mr_log_ring_fetch(ring, &last, lines, &missed);
    json_t *list = json_array();
    for (unsigned i = 0; i < count; i++) {
        json_array_append_new(list, mr_log_text_line(lines[i]));
        mr_log_ring_unref_line(&lines[i]);
    }
    return json_pack("{s:o, s:I}", "lines", list, "dropped", (json_int_t)missed);
}
