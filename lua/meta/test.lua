---@meta _

-- Tests of scripts: moonreel --test FILE ----------------------------------------------------------

---Add a test. Only in files for `moonreel --test`.
---@param name string
---@param fn fun(t: Test)
function test(name, fn) end

---The object that a test gets. Its functions are called with a dot.
---@class Test
local Test = {}

---Load a script into a fresh engine and call its init. The previous engine is shut down.
---@param path string relative to the test file
function Test.load(path) end

---Make an image to use as a frame.
---@param w number pixels
---@param h number pixels
---@param color? Color (black)
---@return Image
function Test.frame(w, h, color) end

---Call the script's process with exactly these pixels. What the script draws is in the image afterwards.
---@param frame Image
---@param recorded? Json value of frame.recorded
---@return Json payload
---@return {skip: boolean, quality: integer} delivery
function Test.process(frame, recorded) end

---Fail unless two values are equal. Tables are compared by content.
---@param actual any
---@param expected any
---@param what? string name of the value in the message
function Test.equal(actual, expected, what) end

---Fail unless a number is within a tolerance.
---@param actual number
---@param expected number
---@param tolerance number
---@param what? string name of the value in the message
function Test.near(actual, expected, tolerance, what) end

---The colour of a pixel. If a colour is given, fail unless the pixel has that colour.
---@param frame Image
---@param x number
---@param y number
---@param color? Color
---@param tolerance? number allowed difference of each channel (0)
---@return integer r
---@return integer g
---@return integer b
function Test.pixel(frame, x, y, color, tolerance) end

---Change settings as a user would. Calls the script's on_settings.
---@param changed table<string, any>
function Test.settings(changed) end

---Send a message as a viewer would. Calls the script's on_message.
---@param value Json
---@param client? integer (1)
function Test.message(value, client) end

---Add a viewer: frame.viewers grows by one. Calls the script's on_client.
---@param client? integer (1)
function Test.join(client) end

---Remove a viewer: frame.viewers shrinks by one. Calls the script's on_client.
---@param client? integer (1)
function Test.leave(client) end

---The messages that the script has broadcast since the last call.
---@return {client: integer?, value: Json}[]
function Test.sent() end

---Let time pass. Calls of after and every that are due then are made.
---@param seconds number
function Test.advance(seconds) end

---A copy of the script's state.
---@return table
function Test.state() end
