-- Compares what the files of lua/meta/ declare with the real bindings, both ways, and with
-- docs/SCRIPTING.md. test_meta.c runs it in an engine: real, meta, docs, sources = ...
local real, meta, docs, sources = ...
local problems, compared = {}, {}

local function problem(...) problems[#problems + 1] = string.format(...) end

local function words(text)
  local set = {}
  for word in text:gmatch("[%w_]+") do set[word] = true end
  return set
end

-- `wanted` and `got` are sets of names.
local function same_names(kind, got, wanted)
  for name in pairs(wanted) do
    compared[kind] = (compared[kind] or 0) + 1
    if not got[name] then problem("%s: '%s' is there, but not in the meta file", kind, name) end
  end
  for name in pairs(got) do
    if not wanted[name] then problem("%s: '%s' is in the meta file, but not there", kind, name) end
  end
end

-- The meta file ----------------------------------------------------------------------------------

local classes, functions, globals = {}, {}, {} -- functions: by owner ("" for globals) and name

local function owner_of(name)
  functions[name] = functions[name] or {}
  return functions[name]
end

local function read_parameters(list)
  local names = {}
  for name in list:gmatch("[^,%s]+") do names[#names + 1] = name end
  return names
end

assert(load(meta, "@lua/meta"))
local class, annotated, described = nil, {}, false
for line in meta:gmatch("([^\n]*)\n") do
  local name, parent = line:match("^%-%-%-@class ([%w_]+):? ?([%w_]*)")
  local field = line:match("^%-%-%-@field %[?([%w_]+)")
  local parameter = line:match("^%-%-%-@param ([%w_.]+)")
  local owner, called, list = line:match("^function ([%w_]-)[.:]?([%w_]+)%((.-)%) end$")
  local library, value = line:match("^([%w_]+)%.?([%w_]*) = ")
  if name then
    class = { parent = parent ~= "" and parent, fields = {}, options = {} }
    classes[name] = class
    if not described then problem("class %s has no description", name) end
  elseif field then
    class.fields[field] = true
  elseif parameter then
    annotated[#annotated + 1] = (parameter:gsub("%?$", ""))
  elseif called then
    local parameters = read_parameters(list)
    owner_of(owner)[called] = { parameters = parameters, options = nil }
    if owner == "" then globals[called] = true end
    if table.concat(parameters, ", ") ~= table.concat(annotated, ", ") then
      problem("%s(%s): its @param are %s", called, list, table.concat(annotated, ", "))
    end
    if not described then problem("%s %s has no description", owner, called) end
  elseif library then
    if value == "" then globals[library] = true else owner_of(library)[value] = { parameters = {} } end
  end
  local options = line:match("^%-%-%-@param options%?? ([%w_]+)")
  if options then annotated.options = options end
  if called and owner == "Image" then functions.Image[called].options = annotated.options end
  if line == "" or called or library then annotated, described = {}, false end
  if line:match("^%-%-%-[^@]") then described = true end
end

local function fields_of(name, inherited)
  local fields = {}
  while name do
    for field in pairs(classes[name].fields) do fields[field] = true end
    name = inherited and classes[name].parent
  end
  return fields
end

local function names_of(owner)
  local names = {}
  for name in pairs(functions[owner] or {}) do names[name] = true end
  return names
end

-- Names --------------------------------------------------------------------------------------------

-- What the host calls in a script, as its source has it.
local callbacks = {}
for name in sources:gmatch('lua_getglobal%(L, "([%w_]+)"%) [!=]= LUA_T') do callbacks[name] = true end
callbacks.settings = true

local wanted = { test = true } -- there is a `test` in files for --test only
for name in pairs(real.globals) do wanted[name] = not real.plain[name] or globals[name] or nil end
for name in pairs(callbacks) do wanted[name] = true end
same_names("globals", globals, wanted)

for library, names in pairs(real.libraries) do same_names(library, names_of(library), names) end

local own = {}
for name in pairs(real.types.Frame) do own[name] = not real.types.Image[name] or nil end
same_names("methods of a frame", names_of("Frame"), own)
same_names("methods of an image", names_of("Image"), real.types.Image)
same_names("methods of a timer", names_of("Timer"), real.types.Timer)
same_names("methods of a kernel", names_of("Kernel"), real.types.Kernel)
same_names("methods of a filter", names_of("Filter"), real.types.Filter)
same_names("functions of t", names_of("Test"), real.types.Test)
same_names("methods of p", names_of("KernelPixel"), { at = true })

-- Fields, as messages list them ----------------------------------------------------------------------

local function refused(fn, ...)
  local ok, message = pcall(fn, ...)
  assert(not ok)
  return message
end

local img = frame.new(16, 16)
local function listed(message) return words(message:match("; there are (.*)$") or "") end
same_names("fields of an image", fields_of("Image"), listed(refused(function() return img["?"] end)))
same_names("fields of a frame", fields_of("Frame", true), listed(real.frame_message))

local pixel, neighbour
kernel(function(p)
  pixel = refused(function() return p["?"] end):match("a pixel has (.-) at%(%)")
  neighbour = refused(function() return p:at(1, 0)["?"] end):match("a neighbour has (.-), but")
  return 0, 0, 0
end)
same_names("fields of p", fields_of("KernelPixel"), words(pixel))
same_names("fields of p:at", fields_of("KernelNeighbour"), words((neighbour:gsub(" and ", " "))))

local keys = words((real.setting_message:match("there are the default %(first%), (.*)$")))
keys["1"] = true
same_names("keys of a setting", fields_of("SettingDeclaration"), keys)

-- Parameters, as messages name them, and options -----------------------------------------------------

local samples = {
  fn = function() end, lut = function() return 1 end, bytes = "", channel = "r", s = "x",
  points = { 1, 1, 2, 2 }, img = frame.new(4, 4), other = frame.new(16, 16), color = "red",
  what = kernel(function(p) return p.r, p.g, p.b end), params = {}, value = 1, client = 1,
}

local function arguments(parameters, count)
  local list = {}
  for i = 1, count do list[i] = samples[parameters[i]] or 1 end
  return table.unpack(list, 1, count)
end

local function check_parameters(name, fn, parameters, self)
  for count = 0, #parameters - 1 do
    local function try(...)
      if self then return pcall(fn, self, ...) end
      return pcall(fn, ...)
    end
    local ok, message = try(arguments(parameters, count))
    local place, said = tostring(message):match("bad argument #(%d+) to '[^']*' %(([%w_]+): ")
    if not ok and place then
      place = place - (self and 1 or 0)
      compared.parameters = (compared.parameters or 0) + 1
      if parameters[place] ~= said then
        problem("%s: parameter %d is called %s, in the meta file %s", name, place, said,
          tostring(parameters[place]))
      end
    end
  end
end

for name, declared in pairs(functions.Image) do
  if real.types.Image[name] then
    check_parameters(name, real.types.Image[name], declared.parameters, img)
  end
  if declared.options and real.types.Image[name] then
    local count = #declared.parameters - 1
    local list = { arguments(declared.parameters, count) }
    list[count + 1] = { ["?"] = 1 }
    local message = refused(real.types.Image[name], img, table.unpack(list, 1, count + 1))
    same_names("options of " .. name, fields_of(declared.options, true),
      words(message:match("there are:(.*)") or ""))
  end
end
check_parameters("frame.new", frame.new, functions.frame.new.parameters)
for _, name in ipairs { "after", "every", "broadcast", "image", "filter", "kernel" } do
  if _G[name] and functions[""][name] then
    check_parameters(name, _G[name], functions[""][name].parameters)
  end
end

-- The manual -----------------------------------------------------------------------------------------

local code = {}
local prose = docs:gsub("\n```[^\n]*\n(.-)\n```", function(block) code[#code + 1] = block return "" end)
for span in prose:gmatch("`([^`]+)`") do code[#code + 1] = span end
code = " " .. table.concat(code, "\n") .. " "

local function documented(name, text)
  compared.documented = (compared.documented or 0) + 1
  if not code:find("%f[%w_]" .. text .. "%f[^%w_]") then
    problem("docs/SCRIPTING.md does not mention %s", name)
  end
end

local prefixes = { Image = "frame:", Frame = "frame[:.]", frame = "frame%.", Test = "t%.", KernelPixel = "p:",
  Timer = "timer:", log = "log%.", json = "json%.", [""] = "" }
for owner, list in pairs(functions) do
  for name in pairs(list) do documented(owner .. " " .. name, prefixes[owner] .. name) end
end
for name, entry in pairs(classes) do
  for field in pairs(entry.fields) do documented(name .. "." .. field, field) end
end

-- Calls in tables have the parameters of the meta file, all of them in one row at least.
local owners = { ["frame:"] = { "Image", "Frame" }, ["frame."] = { "frame" }, ["t."] = { "Test" },
  ["p:"] = { "KernelPixel" }, ["log."] = { "log" }, ["json."] = { "json" }, ["timer:"] = { "Timer" }, [""] = { "" } }
local longest = {}
for line in prose:gmatch("\n(|[^\n]*)") do
  for span in line:gmatch("`([^`]+)`") do
    for prefix, name, list in span:gmatch("(%w*[.:]?)%f[%w_]([%w_]+)(%b())") do
      local declared
      for _, owner in ipairs(owners[prefix] or {}) do
        declared = declared or functions[owner] and functions[owner][name]
      end
      if declared then
        local given = read_parameters((list:sub(2, -2):gsub("…", "..."):gsub("[%[%]]", " ")
          :gsub(" or [%w_]+", ""):gsub("%b{}", "{}")))
        longest[declared] = math.max(longest[declared] or 0, #given)
        for i, parameter in ipairs(given) do
          if parameter:match("^[%a_.]+[%w_]*$") and parameter ~= declared.parameters[i] then
            problem("docs/SCRIPTING.md: %s: parameter %d is %s, in the meta file %s", name, i,
              parameter, tostring(declared.parameters[i]))
          end
        end
      end
    end
  end
end
for owner, list in pairs(functions) do
  for name, declared in pairs(list) do
    if longest[declared] and longest[declared] < #declared.parameters then
      problem("docs/SCRIPTING.md: %s %s has %d parameters, in the meta file %d", owner, name,
        longest[declared], #declared.parameters)
    end
    compared.signatures = (compared.signatures or 0) + (longest[declared] and 1 or 0)
  end
end

-- Nothing above may have been compared with nothing.
for kind, least in pairs { globals = 25, ["methods of an image"] = 25, parameters = 40,
  ["functions of t"] = 5, ["fields of a frame"] = 8, ["options of text"] = 13, ["fields of p"] = 8,
  documented = 100, signatures = 50, json = 5, log = 4 } do
  if (compared[kind] or 0) < least then
    problem("only %d of %s were compared", compared[kind] or 0, kind)
  end
end
table.sort(problems)
return table.concat(problems, "\n")
