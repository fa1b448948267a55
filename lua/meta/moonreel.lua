---@meta moonreel
-- What moonreel gives to scripts, described for the Lua language server. Not run by anything: point
-- `workspace.library` at this folder. The manual is docs/SCRIPTING.md.

---A colour: "#rgb", "#rgba", "#rrggbb", "#rrggbbaa", a name of CSS, "transparent", or {r, g, b[, a]} with 0–255 each.
---@alias Color string|number[]

---What JSON can hold: nil, booleans, finite numbers, strings, lists and tables with names of these.
---@alias Json any

---A number, or in a kernel what stands for a number of each pixel.
---@alias Value number|KernelValue

-- Functions that moonreel calls -------------------------------------------------------------------

---Called for every frame; what it returns is the payload.
---@param frame Frame
---@param state table
---@return Json payload
function process(frame, state) end

---Called once per load, before the first frame.
---@param state table as the version before left it
function init(state) end

---Called before another version takes over or at the end.
---@param reason "reload"|"stop"
function shutdown(reason) end

---Called when settings were changed, between two frames.
---@param changed table<string, any> the new values; a button that was pressed is true
function on_settings(changed) end

---Called when a viewer has sent a message.
---@param message Json
---@param client integer who; from 1, never used again
function on_message(message, client) end

---Called when a viewer comes or goes.
---@param event "join"|"leave"
---@param client integer
function on_client(event, client) end

-- Settings ----------------------------------------------------------------------------------------

---One declared setting; its type follows from the default at [1].
---@class SettingDeclaration
---@field [1]? number|boolean|string the default; a button has none
---@field help? string shown next to it
---@field min? number of a number
---@field max? number of a number
---@field step? number of a number, above 0
---@field choices? string[] of a choice; the default is one of them
---@field type? "number"|"boolean"|"text"|"choice"|"color"|"button"

---While the file is run: the declarations, by name. In functions: the values, read-only.
---@type table<string, SettingDeclaration|any>
settings = {}

-- Options of drawing calls ------------------------------------------------------------------------

---How lines are drawn.
---@class StrokeOptions
---@field stroke? Color of the line or outline (white)
---@field color? Color the same as stroke
---@field line_width? number pixels, 0–1000 (2)
---@field opacity? number 0–1, times the alpha of the colours (1)

---How areas are drawn; without fill they are outlined.
---@class AreaOptions: StrokeOptions
---@field fill? Color of the inside (none)

---How a rectangle is drawn.
---@class RectangleOptions: AreaOptions
---@field radius? number of the corners, pixels (0)

---How a text is written.
---@class TextOptions
---@field color? Color of the letters (white)
---@field size? number of the font, pixels, 1–1000 (16)
---@field font? string family: "sans", "serif", "monospace" or an installed one ("sans")
---@field weight? "normal"|"bold"|number 100–1000 ("normal")
---@field outline? Color around the letters (none)
---@field line_width? number of the outline, pixels (a twelfth of size)
---@field background? Color of the box behind (none)
---@field radius? number of the box's corners, pixels (0)
---@field padding? number between box and letters, pixels (a quarter of size with a background, else 0)
---@field align? "left"|"center"|"right" of several lines to each other ("left")
---@field anchor? Anchor which point of the box is at x, y ("top-left")
---@field width? number wrap lines at this many pixels; the box is as wide (not wrapped)
---@field opacity? number 0–1 (1)

---How an image is drawn.
---@class ImageOptions
---@field width? number draw it as wide as this, pixels (its own, or in proportion to height)
---@field height? number draw it as high as this, pixels (its own, or in proportion to width)
---@field anchor? Anchor which point of it is at x, y ("top-left")
---@field opacity? number 0–1 (1)

---How a frame or an image is laid over.
---@class BlitOptions
---@field opacity? number 0–1 (1)

---@alias Anchor "top-left"|"top"|"top-right"|"left"|"center"|"right"|"bottom-left"|"bottom"|"bottom-right"

-- Images and frames -------------------------------------------------------------------------------

---Pixels of a script's own. Coordinates are pixels from the top left corner, channels 0–255; everything is clipped.
---@class Image
---@field width integer pixels, read-only
---@field height integer pixels, read-only
local Image = {}

---The colour of a pixel; nothing outside.
---@param x number
---@param y number
---@return integer r
---@return integer g
---@return integer b
function Image:get(x, y) end

---Colour a pixel; values are rounded and kept within 0–255.
---@param x number
---@param y number
---@param r number
---@param g number
---@param b number
function Image:set(x, y, r, g, b) end

---A row as bytes r g b r g b …; nil outside.
---@param y number
---@return string? bytes
function Image:row(y) end

---Replace a row.
---@param y number
---@param bytes string exactly 3 bytes a pixel
function Image:set_row(y, bytes) end

---Replace every pixel by what fn returns for it; nil leaves it.
---@param fn fun(r: integer, g: integer, b: integer, x: integer, y: integer): number?, number?, number?
---@param x? number a rectangle (all)
---@param y? number
---@param w? number
---@param h? number
function Image:map(fn, x, y, w, h) end

---Look every value up.
---@param lut number[]|fun(value: integer): number 256 values from [0] or from [1] on, or a function
---@param channel? "r"|"g"|"b" (all three)
function Image:lut(lut, channel) end

---A rectangle, filled with `fill`, outlined inside of its edges.
---@param x number left edge
---@param y number upper edge
---@param w number
---@param h number
---@param options? RectangleOptions
function Image:rectangle(x, y, w, h, options) end

---A line from pixel to pixel, both included.
---@param x1 number
---@param y1 number
---@param x2 number
---@param y2 number
---@param options? StrokeOptions
function Image:line(x1, y1, x2, y2, options) end

---A circle, filled with `fill`, outlined inside of its edge.
---@param x number of the centre
---@param y number
---@param r number radius, pixels
---@param options? AreaOptions
function Image:circle(x, y, r, options) end

---An ellipse, filled with `fill`, outlined inside of its edge.
---@param x number of the centre
---@param y number
---@param rx number radius to the sides, pixels
---@param ry number radius up and down, pixels
---@param options? AreaOptions
function Image:ellipse(x, y, rx, ry, options) end

---Part of a circle, clockwise from a1 to a2; filled: a slice.
---@param x number of the centre
---@param y number
---@param r number radius, pixels
---@param a1 number radians, 0 to the right, growing clockwise
---@param a2 number radians
---@param options? AreaOptions
function Image:arc(x, y, r, a1, a2, options) end

---Lines from point to point.
---@param points number[]|number[][] {x1, y1, x2, y2, …} or {{x, y}, …}, at most 1024 points
---@param options? StrokeOptions
function Image:polyline(points, options) end

---A closed shape.
---@param points number[]|number[][] {x1, y1, x2, y2, …} or {{x, y}, …}, at most 1024 points
---@param options? AreaOptions
function Image:polygon(points, options) end

---Write a text.
---@param s string|number UTF-8, at most 2048 bytes
---@param x number
---@param y number
---@param options? TextOptions
---@return integer w of its box, pixels
---@return integer h
function Image:text(s, x, y, options) end

---Draw an image, in any size.
---@param img Image|Frame
---@param x number
---@param y number
---@param options? ImageOptions
function Image:image(img, x, y, options) end

---Make all of it one colour.
---@param color Color
function Image:fill(color) end

---Blur a rectangle with what is in it.
---@param x number
---@param y number
---@param w number
---@param h number
---@param radius number pixels, 0–200
function Image:blur(x, y, w, h, radius) end

---Squares of a rectangle get their mean colour.
---@param x number
---@param y number
---@param w number
---@param h number
---@param block number side of a square, pixels
function Image:pixelate(x, y, w, h, block) end

---Lay a frame or an image over.
---@param other Image|Frame
---@param x number where its top left pixel goes
---@param y number
---@param options? BlitOptions
function Image:blit(other, x, y, options) end

---Run a kernel or a filter over all of it or a rectangle.
---@param what Kernel|Filter
---@param params? table<string, number> every parameter of the kernel; nil for a filter
---@param x? number a rectangle (all)
---@param y? number
---@param w? number
---@param h? number
function Image:apply(what, params, x, y, w, h) end

---The mean colour, with fractions; nothing outside.
---@param x? number a rectangle (all)
---@param y? number
---@param w? number
---@param h? number
---@return number r
---@return number g
---@return number b
function Image:mean(x, y, w, h) end

---The mean brightness, 0–255, of each cell of a grid, row by row from [1] on.
---@param columns integer
---@param rows integer
---@return number[] levels
function Image:luma(columns, rows) end

---How many pixels have each value, from [0] to [255].
---@param channel? "luma"|"r"|"g"|"b" ("luma")
---@return integer[] counts
function Image:histogram(channel) end

---The mean absolute difference in brightness, 0–1.
---@param other Image|Frame of the same size
---@return number difference
function Image:difference(other) end

---An image of what it looks like now.
---@return Image
function Image:copy() end

---The part of a rectangle that is inside; nil if there is none.
---@param x number
---@param y number
---@param w number
---@param h number
---@return Image?
function Image:crop(x, y, w, h) end

---An image of it in another size.
---@param w number pixels
---@param h number pixels
---@return Image
function Image:resize(w, h) end

---The frame that process is called with; over when process returns.
---@class Frame: Image
---@field index integer number in the stream, from 0, read-only
---@field pts number media time in seconds, read-only
---@field time number when it was captured, UNIX time in seconds, read-only
---@field stream string the stream's name, read-only
---@field viewers integer how many watch, read-only
---@field recorded any the payload that was recorded with the frame, when a recording is played; else nil
---@field quality integer JPEG quality of this frame, 1–100; may be assigned
local Frame = {}

---Do not send this frame.
function Frame:skip() end

---An image of one colour; the same as the global frame.new.
---@param w number pixels
---@param h number pixels
---@param color? Color (black)
---@return Image
function Frame.new(w, h, color) end

frame = {}

---An image of one colour; with alpha it is transparent.
---@param w number pixels
---@param h number pixels
---@param color? Color (black)
---@return Image
function frame.new(w, h, color) end

---Load a PNG or JPEG file in the script's folder or below.
---@param path string relative to the script's folder
---@return Image
function image(path) end

-- Kernels and filters -----------------------------------------------------------------------------

---A compiled pixel shader, for frame:apply.
---@class Kernel

---A chain of FFmpeg's filters, for frame:apply.
---@class Filter

---Stands for a number of each pixel while a kernel's function runs.
---@class KernelValue
---@operator add(Value): KernelValue
---@operator sub(Value): KernelValue
---@operator mul(Value): KernelValue
---@operator div(Value): KernelValue
---@operator idiv(Value): KernelValue
---@operator mod(Value): KernelValue
---@operator pow(Value): KernelValue
---@operator unm: KernelValue

---A neighbour of the pixel, as it was before the kernel.
---@class KernelNeighbour
---@field r KernelValue red, 0–255
---@field g KernelValue green, 0–255
---@field b KernelValue blue, 0–255

---The pixel that a kernel's function computes.
---@class KernelPixel
---@field r KernelValue red, 0–255
---@field g KernelValue green, 0–255
---@field b KernelValue blue, 0–255
---@field x KernelValue where it is in the whole frame, pixels from 0
---@field y KernelValue
---@field width KernelValue of the whole frame, pixels
---@field height KernelValue
---@field time KernelValue frame.time, seconds
local KernelPixel = {}

---A neighbour; at the edges the nearest pixel.
---@param dx integer pixels to the right
---@param dy integer pixels down
---@return KernelNeighbour
function KernelPixel:at(dx, dy) end

---Compile a pixel shader: the function runs once and returns r, g, b.
---@param fn fun(p: KernelPixel, u: table<string, KernelValue>): Value, Value, Value
---@return Kernel
function kernel(fn) end

---Make a chain of FFmpeg's video filters: "gblur=sigma=4,eq=contrast=1.2".
---@param text string at most 2048 bytes and 16 filters
---@return Filter
function filter(text) end

---The smallest.
---@param x Value
---@param ... Value
---@return Value
function min(x, ...) end

---The largest.
---@param x Value
---@param ... Value
---@return Value
function max(x, ...) end

---x, but at least low and at most high.
---@param x Value
---@param low Value
---@param high Value
---@return Value
function clamp(x, low, high) end

---Without its sign.
---@param x Value
---@return Value
function abs(x) end

---Rounded down.
---@param x Value
---@return Value
function floor(x) end

---Square root.
---@param x Value
---@return Value
function sqrt(x) end

---Sine.
---@param x Value radians
---@return Value
function sin(x) end

---Cosine.
---@param x Value radians
---@return Value
function cos(x) end

---e to the power of x.
---@param x Value
---@return Value
function exp(x) end

---1 where a < b, else 0.
---@param a Value
---@param b Value
---@return Value
function lt(a, b) end

---1 where a <= b, else 0.
---@param a Value
---@param b Value
---@return Value
function le(a, b) end

---1 where a > b, else 0.
---@param a Value
---@param b Value
---@return Value
function gt(a, b) end

---1 where a >= b, else 0.
---@param a Value
---@param b Value
---@return Value
function ge(a, b) end

---1 where a equals b, else 0.
---@param a Value
---@param b Value
---@return Value
function eq(a, b) end

---From a to b as t goes from 0 to 1.
---@param a Value
---@param b Value
---@param t Value
---@return Value
function mix(a, b, t) end

---0 up to `from`, 1 after `to`, smooth between.
---@param from Value
---@param to Value
---@param x Value
---@return Value
function smoothstep(from, to, x) end

---In a kernel: a where the condition is not 0, else b. Lua's own select otherwise.
---@overload fun(n: integer|"#", ...: any): ...: any
---@param condition KernelValue
---@param a Value
---@param b Value
---@return Value
function select(condition, a, b) end

-- The host ----------------------------------------------------------------------------------------

---Lines in moonreel's log. Called, it is the natural logarithm.
---@class Log
---@overload fun(x: Value): Value
log = {}

---A line about what failed.
---@param ... any joined with spaces
function log.error(...) end

---A line about what is odd.
---@param ... any joined with spaces
function log.warn(...) end

---A line.
---@param ... any joined with spaces
function log.info(...) end

---A line that shows with --log-level debug only.
---@param ... any joined with spaces
function log.debug(...) end

---The same as log.info.
---@param ... any joined with tabs
function print(...) end

---Seconds on a clock that never jumps; for measuring.
---@return number
function now() end

---A module next to the script: name.lua or name/init.lua; "a.b" is a/b.lua.
---@param name string
---@return any
function require(name) end

---A call that is still to come.
---@class Timer
local Timer = {}

---Don't make the call any more.
function Timer:cancel() end

---Call a function once, between two frames.
---@param seconds number from now on
---@param fn fun()
---@return Timer
function after(seconds, fn) end

---Call a function again and again, between two frames.
---@param seconds number at least 0.001
---@param fn fun()
---@return Timer
function every(seconds, fn) end

---Send a message to all viewers or to one.
---@param value Json at most 64 KiB as text
---@param client? integer (all)
function broadcast(value, client) end

json = {}

---`null`: of a list that was decoded, and for payloads.
---@type lightuserdata
json.null = nil

---A value as JSON text.
---@param value Json
---@return string
function json.encode(value) end

---The value of a JSON text.
---@param text string at most 1 MiB
---@return Json
function json.decode(text) end

---Mark a table: an object, even when it is empty.
---@generic T: table
---@param t T
---@return T
function json.object(t) end

---Mark a table: a list.
---@generic T: table
---@param t T
---@return T
function json.array(t) end

-- Tests of scripts: moonreel --test FILE -----------------------------------------------------------

---Add a test. In files for --test only.
---@param name string
---@param fn fun(t: Test)
function test(name, fn) end

---What a test is given; its functions are called with a dot.
---@class Test
local Test = {}

---Make a fresh engine with a script and call its init; the one before is shut down.
---@param path string relative to the test file
function Test.load(path) end

---An image to be used as a frame.
---@param w number pixels
---@param h number pixels
---@param color? Color (black)
---@return Image
function Test.frame(w, h, color) end

---Call the script's process with exactly these pixels; what comes out is in the image then.
---@param frame Image
---@param recorded? Json what frame.recorded is to be
---@return Json payload
---@return {skip: boolean, quality: integer} delivery
function Test.process(frame, recorded) end

---Expect equal values; tables are compared by content.
---@param actual any
---@param expected any
---@param what? string what the message calls the value
function Test.equal(actual, expected, what) end

---Expect a number within a tolerance.
---@param actual number
---@param expected number
---@param tolerance number
---@param what? string what the message calls the value
function Test.near(actual, expected, tolerance, what) end

---The colour of a pixel; with a colour given: expect that one.
---@param frame Image
---@param x number
---@param y number
---@param color? Color
---@param tolerance? number levels (0)
---@return integer r
---@return integer g
---@return integer b
function Test.pixel(frame, x, y, color, tolerance) end

---Change settings as a person would; the script's on_settings is called.
---@param changed table<string, any>
function Test.settings(changed) end

---A message of a viewer; the script's on_message is called.
---@param value Json
---@param client? integer (1)
function Test.message(value, client) end

---A viewer comes; the script's on_client is called, and frame.viewers is one more.
---@param client? integer (1)
function Test.join(client) end

---A viewer goes; the script's on_client is called, and frame.viewers is one less.
---@param client? integer (1)
function Test.leave(client) end

---What the script has broadcast since the last call.
---@return {client: integer?, value: Json}[]
function Test.sent() end

---Let time pass: what after and every have due then is called.
---@param seconds number
function Test.advance(seconds) end

---A copy of the script's state.
---@return table
function Test.state() end
