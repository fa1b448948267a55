---@meta _

-- The host ----------------------------------------------------------------------------------------

---Writes lines to moonreel's log. Called as a function, log(x) is the natural logarithm.
---@class Log
---@overload fun(x: Value): Value
log = {}

---Log an error.
---@param ... any joined with spaces
function log.error(...) end

---Log a warning.
---@param ... any joined with spaces
function log.warn(...) end

---Log a line.
---@param ... any joined with spaces
function log.info(...) end

---Log a line that is shown only with --log-level debug.
---@param ... any joined with spaces
function log.debug(...) end

---Log a line, as log.info does.
---@param ... any joined with tabs
function print(...) end

---Seconds on a clock that never jumps, for measuring how long something takes.
---@return number
function now() end

---Load a module from the script's folder: name.lua or name/init.lua; "a.b" is a/b.lua.
---@param name string
---@return any
function require(name) end

---A planned call of after or every.
---@class Timer
local Timer = {}

---Cancel the call, and all further ones of every.
function Timer:cancel() end

---Call a function once, after some time, between two frames.
---@param seconds number from now on
---@param fn fun()
---@return Timer
function after(seconds, fn) end

---Call a function repeatedly, between two frames.
---@param seconds number time between two calls, at least 0.001
---@param fn fun()
---@return Timer
function every(seconds, fn) end

---Send a message to all viewers or to one of them.
---@param value Json at most 64 KiB as text
---@param client? integer number of one viewer (all)
function broadcast(value, client) end

json = {}

---Stands for JSON's `null`, in decoded lists and in payloads.
---@type lightuserdata
json.null = nil

---Convert a value to JSON text.
---@param value Json
---@return string
function json.encode(value) end

---Convert JSON text to a value.
---@param text string at most 1 MiB
---@return Json
function json.decode(text) end

---Mark a table as a JSON object, even if it is empty.
---@generic T: table
---@param t T
---@return T
function json.object(t) end

---Mark a table as a JSON list.
---@generic T: table
---@param t T
---@return T
function json.array(t) end
