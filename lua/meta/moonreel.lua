---@meta _
-- Describes moonreel's calls for the Lua language server: add this folder to its `workspace.library`. Nothing runs
-- these files. The manual is docs/SCRIPTING.md.

---A colour: "#rgb", "#rgba", "#rrggbb", "#rrggbbaa", a CSS name, "transparent", or {r, g, b[, a]} with 0–255 each.
---@alias Color string|number[]

---A value that JSON can hold: nil, a boolean, a finite number, a string, or a list or table with string keys of these.
---@alias Json any

---A number. In a kernel also a KernelValue, which stands for one number of each pixel.
---@alias Value number|KernelValue

-- Functions that moonreel calls -------------------------------------------------------------------

---Called for every frame. The value it returns is sent as the frame's payload.
---@param frame Frame
---@param state table
---@return Json payload
function process(frame, state) end

---Called once for each version of the script, before its first frame.
---@param state table as the previous version left it
function init(state) end

---Called before another version takes over, or before the stream stops.
---@param reason "reload"|"stop"
function shutdown(reason) end

---Called between two frames after settings have changed.
---@param changed table<string, any> the new values; true for a button that was pressed
function on_settings(changed) end

---Called when a viewer has sent a message.
---@param message Json
---@param client integer number of the viewer, from 1; a number is never used again
function on_message(message, client) end

---Called when a viewer joins or leaves.
---@param event "join"|"leave"
---@param client integer number of the viewer, from 1; a number is never used again
function on_client(event, client) end

-- Settings ----------------------------------------------------------------------------------------

---Declares one setting. Its type follows from the default at [1].
---@class SettingDeclaration
---@field [1]? number|boolean|string the default (not for buttons)
---@field help? string shown next to the setting
---@field min? number smallest value of a number
---@field max? number largest value of a number
---@field step? number step of a number, above 0
---@field choices? string[] values of a choice; the default must be one of them
---@field type? "number"|"boolean"|"text"|"choice"|"color"|"button"

---At the top of the file: the declarations, by name. Inside functions: the current values, read-only.
---@type table<string, SettingDeclaration|any>
settings = {}
