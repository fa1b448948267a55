---@meta _

-- Options of drawing calls ------------------------------------------------------------------------

---How lines are drawn.
---@class StrokeOptions
---@field stroke? Color of the line or outline (white)
---@field color? Color another name for stroke
---@field line_width? number pixels, 0–1000 (2)
---@field opacity? number 0–1, multiplied with the alpha of the colours (1)

---How areas are drawn. Without fill they are outlined.
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
---@field align? "left"|"center"|"right" how several lines are aligned with each other ("left")
---@field anchor? Anchor which point of the box is at x, y ("top-left")
---@field width? number width of the box in pixels, at which lines are wrapped (not wrapped)
---@field opacity? number 0–1 (1)

---How an image is drawn.
---@class ImageOptions
---@field width? number width to draw, pixels (its own, or in proportion to height)
---@field height? number height to draw, pixels (its own, or in proportion to width)
---@field anchor? Anchor which point of the image is at x, y ("top-left")
---@field opacity? number 0–1 (1)

---How a frame or an image is copied over another.
---@class BlitOptions
---@field opacity? number 0–1 (1)

---@alias Anchor "top-left"|"top"|"top-right"|"left"|"center"|"right"|"bottom-left"|"bottom"|"bottom-right"

-- Images and frames -------------------------------------------------------------------------------

---A picture that belongs to the script. Coordinates are pixels from the top left corner.
---Channels are 0–255. Drawing is clipped to the picture.
---@class Image
---@field width integer pixels, read-only
---@field height integer pixels, read-only
local Image = {}

---The colour of a pixel. Returns nothing for a pixel outside of the picture.
---@param x number
---@param y number
---@return integer r
---@return integer g
---@return integer b
function Image:get(x, y) end

---Set the colour of a pixel. Values are rounded and limited to 0–255.
---@param x number
---@param y number
---@param r number
---@param g number
---@param b number
function Image:set(x, y, r, g, b) end

---One row as a string of bytes r g b r g b …; nil for a row outside of the picture.
---@param y number
---@return string? bytes
function Image:row(y) end

---Replace one row.
---@param y number
---@param bytes string exactly 3 bytes for each pixel
function Image:set_row(y, bytes) end

---Replace every pixel by the colour that fn returns for it. If fn returns nil, the pixel stays.
---@param fn fun(r: integer, g: integer, b: integer, x: integer, y: integer): number?, number?, number?
---@param x? number left edge of a rectangle (the whole picture)
---@param y? number
---@param w? number
---@param h? number
function Image:map(fn, x, y, w, h) end

---Replace every value by its entry in a table.
---@param lut number[]|fun(value: integer): number 256 values, from [0] or from [1] on, or a function of the value
---@param channel? "r"|"g"|"b" change this channel only (all three)
function Image:lut(lut, channel) end

---Draw a rectangle: filled with `fill`, its outline inside of its edges.
---@param x number left edge
---@param y number upper edge
---@param w number
---@param h number
---@param options? RectangleOptions
function Image:rectangle(x, y, w, h, options) end

---Draw a line from one pixel to another, both included.
---@param x1 number
---@param y1 number
---@param x2 number
---@param y2 number
---@param options? StrokeOptions
function Image:line(x1, y1, x2, y2, options) end

---Draw a circle: filled with `fill`, its outline inside of its edge.
---@param x number of the centre
---@param y number
---@param r number radius, pixels
---@param options? AreaOptions
function Image:circle(x, y, r, options) end

---Draw an ellipse: filled with `fill`, its outline inside of its edge.
---@param x number of the centre
---@param y number
---@param rx number radius to the sides, pixels
---@param ry number radius up and down, pixels
---@param options? AreaOptions
function Image:ellipse(x, y, rx, ry, options) end

---Draw a part of a circle, clockwise from a1 to a2. With `fill`, draw a slice.
---@param x number of the centre
---@param y number
---@param r number radius, pixels
---@param a1 number radians: 0 points right, larger angles go clockwise
---@param a2 number radians
---@param options? AreaOptions
function Image:arc(x, y, r, a1, a2, options) end

---Draw lines from point to point.
---@param points number[]|number[][] {x1, y1, x2, y2, …} or {{x, y}, …}, at most 1024 points
---@param options? StrokeOptions
function Image:polyline(points, options) end

---Draw a closed shape.
---@param points number[]|number[][] {x1, y1, x2, y2, …} or {{x, y}, …}, at most 1024 points
---@param options? AreaOptions
function Image:polygon(points, options) end

---Write a text.
---@param s string|number UTF-8, at most 2048 bytes
---@param x number
---@param y number
---@param options? TextOptions
---@return integer w width of the text's box, pixels
---@return integer h height of the box, pixels
function Image:text(s, x, y, options) end

---Draw an image, in any size.
---@param img Image|Frame
---@param x number
---@param y number
---@param options? ImageOptions
function Image:image(img, x, y, options) end

---Fill the whole picture with one colour.
---@param color Color
function Image:fill(color) end

---Blur a rectangle. Pixels outside of it stay as they are and do not bleed into it.
---@param x number
---@param y number
---@param w number
---@param h number
---@param radius number pixels, 0–200
function Image:blur(x, y, w, h, radius) end

---Replace a rectangle by squares, each in the mean colour of its pixels.
---@param x number
---@param y number
---@param w number
---@param h number
---@param block number side of a square, pixels
function Image:pixelate(x, y, w, h, block) end

---Copy a frame or an image over this one.
---@param other Image|Frame
---@param x number position of its top left pixel
---@param y number
---@param options? BlitOptions
function Image:blit(other, x, y, options) end

---Run a kernel or a filter over the whole picture or a rectangle.
---@param what Kernel|Filter
---@param params? table<string, number> a value for every parameter of the kernel; nil for a filter
---@param x? number left edge of a rectangle (the whole picture)
---@param y? number
---@param w? number
---@param h? number
function Image:apply(what, params, x, y, w, h) end

---The mean colour, with fractions. Returns nothing for a rectangle outside of the picture.
---@param x? number left edge of a rectangle (the whole picture)
---@param y? number
---@param w? number
---@param h? number
---@return number r
---@return number g
---@return number b
function Image:mean(x, y, w, h) end

---The mean brightness, 0–255, of each cell of a grid: a list, row by row, from [1] on.
---@param columns integer
---@param rows integer
---@return number[] levels
function Image:luma(columns, rows) end

---The number of pixels with each value, from [0] to [255].
---@param channel? "luma"|"r"|"g"|"b" ("luma")
---@return integer[] counts
function Image:histogram(channel) end

---The mean absolute difference in brightness to another picture, 0–1.
---@param other Image|Frame of the same size
---@return number difference
function Image:difference(other) end

---A copy of the picture as it is now.
---@return Image
function Image:copy() end

---A copy of a rectangle, as far as it lies inside; nil if all of it lies outside.
---@param x number
---@param y number
---@param w number
---@param h number
---@return Image?
function Image:crop(x, y, w, h) end

---A copy in another size.
---@param w number pixels
---@param h number pixels
---@return Image
function Image:resize(w, h) end

---The frame that process gets. It cannot be used after process has returned.
---@class Frame: Image
---@field index integer number of the frame in the stream, from 0, read-only
---@field pts number media time in seconds, read-only
---@field time number UNIX time in seconds when the frame was captured, read-only
---@field stream string name of the stream, read-only
---@field viewers integer number of viewers, read-only
---@field recorded any the payload that was recorded with the frame, if the source is a recording; else nil
---@field quality integer JPEG quality of this frame, 1–100; may be assigned
local Frame = {}

---Do not send this frame to anybody.
function Frame:skip() end

---Make an image of one colour. The same as the global frame.new.
---@param w number pixels
---@param h number pixels
---@param color? Color (black)
---@return Image
function Frame.new(w, h, color) end

frame = {}

---Make an image of one colour. A colour with alpha makes it transparent.
---@param w number pixels
---@param h number pixels
---@param color? Color (black)
---@return Image
function frame.new(w, h, color) end

---Load a PNG or JPEG file from the script's folder or a folder below it.
---@param path string relative to the script's folder
---@return Image
function image(path) end
