---@meta _

-- Kernels and filters -----------------------------------------------------------------------------

---A compiled pixel shader for frame:apply.
---@class Kernel

---A chain of FFmpeg filters for frame:apply.
---@class Filter

---Stands for one number of each pixel while a kernel's function runs.
---@class KernelValue
---@operator add(Value): KernelValue
---@operator sub(Value): KernelValue
---@operator mul(Value): KernelValue
---@operator div(Value): KernelValue
---@operator idiv(Value): KernelValue
---@operator mod(Value): KernelValue
---@operator pow(Value): KernelValue
---@operator unm: KernelValue

---A neighbour of the pixel, with its colour before the kernel ran.
---@class KernelNeighbour
---@field r KernelValue red, 0–255
---@field g KernelValue green, 0–255
---@field b KernelValue blue, 0–255

---The pixel that a kernel's function computes.
---@class KernelPixel
---@field r KernelValue red, 0–255
---@field g KernelValue green, 0–255
---@field b KernelValue blue, 0–255
---@field x KernelValue position in the whole frame, pixels from 0
---@field y KernelValue
---@field width KernelValue width of the whole frame, pixels
---@field height KernelValue height of the whole frame, pixels
---@field time KernelValue frame.time, seconds
local KernelPixel = {}

---A neighbour of the pixel. Outside of the frame, the nearest pixel of the edge.
---@param dx integer pixels to the right
---@param dy integer pixels down
---@return KernelNeighbour
function KernelPixel:at(dx, dy) end

---Compile a pixel shader. moonreel calls the function once; it returns r, g, b of a pixel.
---@param fn fun(p: KernelPixel, u: table<string, KernelValue>): Value, Value, Value
---@return Kernel
function kernel(fn) end

---Make a chain of FFmpeg video filters, for example "gblur=sigma=4,eq=contrast=1.2".
---@param text string at most 2048 bytes and 16 filters
---@return Filter
function filter(text) end

---The smallest of the values.
---@param x Value
---@param ... Value
---@return Value
function min(x, ...) end

---The largest of the values.
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

---The absolute value.
---@param x Value
---@return Value
function abs(x) end

---The value rounded down.
---@param x Value
---@return Value
function floor(x) end

---The square root.
---@param x Value
---@return Value
function sqrt(x) end

---The sine.
---@param x Value radians
---@return Value
function sin(x) end

---The cosine.
---@param x Value radians
---@return Value
function cos(x) end

---e to the power of x.
---@param x Value
---@return Value
function exp(x) end

---1 if a < b, else 0.
---@param a Value
---@param b Value
---@return Value
function lt(a, b) end

---1 if a <= b, else 0.
---@param a Value
---@param b Value
---@return Value
function le(a, b) end

---1 if a > b, else 0.
---@param a Value
---@param b Value
---@return Value
function gt(a, b) end

---1 if a >= b, else 0.
---@param a Value
---@param b Value
---@return Value
function ge(a, b) end

---1 if a equals b, else 0.
---@param a Value
---@param b Value
---@return Value
function eq(a, b) end

---A mix of a and b: a if t is 0, b if t is 1.
---@param a Value
---@param b Value
---@param t Value
---@return Value
function mix(a, b, t) end

---0 if x is below `from`, 1 if it is above `to`, a smooth curve between.
---@param from Value
---@param to Value
---@param x Value
---@return Value
function smoothstep(from, to, x) end

---In a kernel: a if the condition is not 0, else b. Elsewhere it is Lua's own select.
---@overload fun(n: integer|"#", ...: any): ...: any
---@param condition KernelValue
---@param a Value
---@param b Value
---@return Value
function select(condition, a, b) end
