/* Generated kernels against plain Lua: the same text, run by the engine as a kernel on a random
 * image, and by Lua pixel by pixel with the functions written out. */
#include "script/engine/calls.h"
#include "script_support.h"

#define EXPRESSIONS 600

static const char *const script[] = {
    /* what the names mean for plain numbers */
    "local plain = {}\n"
    "function plain.min(a, b) return b < a and b or a end\n"
    "function plain.max(a, b) return a < b and b or a end\n"
    "function plain.clamp(x, l, h) return plain.max(plain.min(x, h), l) end\n"
    "function plain.abs(a) return math.abs(a) end\n"
    "function plain.floor(a)\n"
    "  if a ~= a or a == math.huge or a == -math.huge or math.abs(a) >= 2^53 then return a end\n"
    "  return math.floor(a) + 0.0 end\n"
    "plain.sqrt, plain.sin, plain.cos, plain.exp = math.sqrt, math.sin, math.cos, math.exp\n"
    "function plain.log(a) return math.log(a) end\n"
    "function plain.lt(a, b) return a < b and 1.0 or 0.0 end\n"
    "function plain.le(a, b) return a <= b and 1.0 or 0.0 end\n"
    "function plain.gt(a, b) return a > b and 1.0 or 0.0 end\n"
    "function plain.ge(a, b) return a >= b and 1.0 or 0.0 end\n"
    "function plain.eq(a, b) return a == b and 1.0 or 0.0 end\n"
    "function plain.select(c, a, b) if c ~= 0 then return a end return b end\n"
    "function plain.mix(a, b, t) return a + (b - a) * t end\n"
    "function plain.smoothstep(a, b, x)\n"
    "  local t = plain.clamp((x - a) / (b - a), 0.0, 1.0) return t * t * (3 - 2 * t) end\n",

    /* texts of expressions; numbers are floats, as kernels' are */
    "local random = math.random\n"
    "local leaves = { 'p.r', 'p.g', 'p.b', 'p.r', 'p.g', 'p.b', 'p.x', 'p.y', 'p.width',\n"
    "  'p.height', 'p.time', 'u.one', 'u.two' }\n"
    "local unary = { 'abs', 'floor', 'sqrt', 'sin', 'cos', 'exp', 'log', '-' }\n"
    "local operators = { '+', '-', '*', '/', '//', '%', '^', '+', '-', '*' }\n"
    "local binary = { 'min', 'max', 'lt', 'le', 'gt', 'ge', 'eq' }\n"
    "local ternary = { 'clamp', 'select', 'mix', 'smoothstep' }\n"
    "local constants = { 0.0, 1.0, 2.0, 0.5, 10.0, 255.0, 128.0, 0.1, 3.7, 100.0, 0.299 }\n"
    "local function pick(list) return list[random(#list)] end\n"
    "local function leaf()\n"
    "  local kind = random(10)\n"
    "  if kind <= 6 then return pick(leaves) end\n"
    "  if kind == 7 then\n"
    "    return ('p:at(%d, %d).%s'):format(random(-4, 4), random(-4, 4), pick({'r', 'g', 'b'}))\n"
    "  end\n"
    "  if kind == 8 then return ('%.3f'):format(random() * 20 - 10) end\n"
    "  return tostring(pick(constants))\n"
    "end\n"
    "local function expression(depth)\n"
    "  if depth == 0 then return leaf() end\n"
    "  local kind, e = random(10), function() return expression(depth - random(depth)) end\n"
    "  if kind <= 5 then return '(' .. e() .. ' ' .. pick(operators) .. ' ' .. e() .. ')' end\n"
    "  if kind == 6 then return pick(binary) .. '(' .. e() .. ', ' .. e() .. ')' end\n"
    "  if kind == 7 then\n"
    "    return pick(ternary) .. '(' .. e() .. ', ' .. e() .. ', ' .. e() .. ')' end\n"
    "  return pick(unary) .. '(' .. e() .. ')'\n"
    "end\n"
    "local function result()\n"
    "  local e, kind = expression(random(5)), random(6)\n"
    "  if kind == 1 then return e .. ' % 256.0' end\n"
    "  if kind == 2 then return '128.0 + 100.0 * sin(' .. e .. ')' end\n"
    "  if kind == 3 then return e .. ' * 255.0' end\n"
    "  if kind == 4 then return 'floor(' .. e .. ') * 16.0' end\n"
    "  if kind == 5 then return 'p.r + 40.0 * ' .. e end\n"
    "  return e\n"
    "end\n",

    /* the image as it was, and the same function on it */
    "local function float_bytes(frame)\n"
    "  local image = {}\n"
    "  for y = 0, frame.height - 1 do image[y] = { frame:row(y):byte(1, -1) } end\n"
    "  return image\n"
    "end\n"
    "local function fill(frame)\n"
    "  for y = 0, frame.height - 1 do\n"
    "    local row = {}\n"
    "    for i = 1, frame.width * 3 do\n"
    "      row[i] = string.char(random(8) == 1 and pick({ 0, 255, 128 }) or random(0, 255))\n"
    "    end\n"
    "    frame:set_row(y, table.concat(row))\n"
    "  end\n"
    "end\n"
    "local function bound(v, most) return v < 0 and 0 or v > most and most or v end\n"
    "local function pixel(image, frame, x, y)\n"
    "  local p = { x = x + 0.0, y = y + 0.0, width = frame.width + 0.0,\n"
    "    height = frame.height + 0.0, time = frame.time }\n"
    "  local function read(to, x, y)\n"
    "    local row, i = image[y], x * 3\n"
    "    to.r, to.g, to.b = row[i + 1] + 0.0, row[i + 2] + 0.0, row[i + 3] + 0.0\n"
    "    return to\n"
    "  end\n"
    "  function p:at(dx, dy)\n"
    "    return read({}, bound(x + dx, frame.width - 1), bound(y + dy, frame.height - 1))\n"
    "  end\n"
    "  return read(p, x, y)\n"
    "end\n"
    "local function level(v)\n"
    "  if v ~= v or v <= 0 then return 0 end\n"
    "  return v >= 255 and 255 or math.floor(v + 0.5)\n"
    "end\n",

    /* one expression a frame */
    "local function compare(frame, image, f, u, area)\n"
    "  local worst, where = 0, ''\n"
    "  for y = 0, frame.height - 1 do\n"
    "    for x = 0, frame.width - 1 do\n"
    "      local p = pixel(image, frame, x, y)\n"
    "      local wanted = { p.r, p.g, p.b }\n"
    "      local inside = x >= area[1] and y >= area[2] and x < area[1] + area[3]\n"
    "        and y < area[2] + area[4]\n"
    "      if inside then wanted = { f(p, u) } end\n"
    "      local got = { frame:get(x, y) }\n"
    "      for i = 1, 3 do\n"
    "        local off = math.abs(got[i] - level(wanted[i]))\n"
    "        if off > worst then\n"
    "          worst = off\n"
    "          where = ('%s at %d, %d: %d, not %s'):format(('rgb'):sub(i, i), x, y, got[i],\n"
    "            wanted[i])\n"
    "        end\n"
    "      end\n"
    "    end\n"
    "  end\n"
    "  return worst, where\n"
    "end\n"
    "function process(frame, state)\n"
    "  state.count = (state.count or SEED) + 1\n"
    "  math.randomseed(state.count)\n"
    "  local text = 'local p, u = ... return ' .. result() .. ', ' .. result() .. ', ' .. "
    "result()\n"
    "  local u = { one = pick({ 0.5, 3.0, 200.0, -1.5 }), two = random() * 4 }\n"
    "  local given = { one = text:find('u.one', 1, true) and u.one,\n"
    "    two = text:find('u.two', 1, true) and u.two }\n"
    "  for name, value in pairs(given) do given[name] = value or nil end\n"
    "  fill(frame)\n"
    "  local image = float_bytes(frame)\n"
    "  local made, k = pcall(kernel, load(text))\n"
    "  if not made then error(text .. ': ' .. k) end\n"
    "  local area = { 0, 0, frame.width, frame.height }\n"
    "  if random(3) == 1 then\n"
    "    area = { random(-3, 10), random(-3, 5), random(0, frame.width), random(1, 9) }\n"
    "    frame:apply(k, given, table.unpack(area))\n"
    "  else\n"
    "    frame:apply(k, given)\n"
    "  end\n"
    "  local worst, where = compare(frame, image, load(text, '=plain', 't', plain), u, area)\n"
    "  if worst > 1 then error(('%d levels off: %s, with u = %s, %s: %s'):format(worst, where,\n"
    "    u.one, u.two, text)) end\n"
    "end\n",
};

static char *whole_script(unsigned seed)
{
    size_t size = 64;
    for (size_t i = 0; i < sizeof(script) / sizeof(*script); i++)
        size += strlen(script[i]);
    char *text = malloc(size);
    snprintf(text, size, "local SEED = %u\n", seed);
    for (size_t i = 0; i < sizeof(script) / sizeof(*script); i++)
        strcat(text, script[i]);
    return text;
}

static void kernels_are_what_lua_computes(void **state)
{
    (void)state;
    const char *given = getenv("KERNEL_SEED"), *count = getenv("KERNEL_COUNT");
    unsigned seed = given != NULL ? (unsigned)atoi(given) : 1;
    int expressions = count != NULL ? atoi(count) : EXPRESSIONS;
    static const int sizes[][2] = { { 33, 7 }, { 16, 9 }, { 1, 1 }, { 21, 13 }, { 2, 40 } };
    struct test_host host;
    host_open(&host);
    host.options.limits.deadline_ms = 20000;
    char *text = whole_script(seed);
    struct mr_engine *engine = engine_make(&host, text);
    for (int i = 0; i < expressions; i++) {
        const int *size = sizes[i % 5];
        struct mr_picture *picture = picture_black(size[0], size[1]);
        struct mr_engine_result result;
        struct mr_error error = { 0 };
        if (mr_calls_process(engine, picture, 0, &result, &error) < 0)
            fail_msg("seed %u: %s", seed + (unsigned)i + 1, error.text);
        result_finish(&result);
        mr_picture_unref(&picture);
    }
    mr_engine_destroy(engine);
    free(text);
    host_close(&host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kernels_are_what_lua_computes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
