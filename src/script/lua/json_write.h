/* A Lua value as JSON text, written straight from the stack.
 *
 * Names of an object come sorted, so that equal values make equal texts. Metatables are ignored but
 * for the marks of json.object and json.array. One a script; used by the thread that runs it. */
#ifndef MR_SCRIPT_JSON_WRITE_H
#define MR_SCRIPT_JSON_WRITE_H

#include "base/buffer.h"
#include "script/lua/path.h"

#include <lua.h>

#define MR_JSON_MAX_BYTES (1024 * 1024)

struct mr_json_name {
    const char *text; /* the table's key, not copied */
    size_t size;
};

/* Zero-initialised is ready. */
struct mr_json_writer {
    struct mr_buffer out;
    char error[512]; /* why writing failed */

    struct mr_path path;
    struct mr_json_name *names; /* of the objects under way, as a stack */
    size_t names_used, names_capacity;
};

/* Write the value at `index`.
 * in:     root: what messages call the value
 * out:    writer->out: the text
 * return: false with writer->error, which names the path: "payload.cars[3].speed is NaN; JSON has
 *         no such number". May raise Lua's "not enough memory". */
bool mr_json_write(struct mr_json_writer *writer, lua_State *L, int index, const char *root);

/* Free the text and the path. */
void mr_json_write_finish(struct mr_json_writer *writer);

/* The addresses of these are registry keys. The registry holds under each the empty table that
 * json.object or json.array sets as a table's metatable to mark it. */
extern const char mr_json_object_mark, mr_json_array_mark;

#endif
