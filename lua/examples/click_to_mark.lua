-- Viewers click on the picture. Each click becomes a mark that fades within a few seconds;
-- each viewer has a colour. The viewer page sends {"type": "pointer", "event": "click",
-- "x": 120, "y": 80}, in pixels of the frame.

settings = {
  seconds = { 4, min = 0.5, max = 60, step = 0.5, help = "time until a mark has faded" },
  size = { 18, min = 4, max = 100, step = 1, help = "radius in pixels" },
  clear = { type = "button", help = "remove all marks" },
}

local colors = { "#ff5d5d", "#4dc3ff", "#ffd24d", "#6ee787", "#d58cff", "#ff9d4d" }
local most = 100 -- marks at a time; a new one replaces the oldest
local marks

function init(state)
  state.marks = state.marks or {}
  marks = state.marks
end

function on_settings(changed)
  while changed.clear and #marks > 0 do table.remove(marks) end
end

function on_message(message, client)
  if type(message) ~= "table" or message.type ~= "pointer" then return end
  if message.event and message.event ~= "click" then return end
  if type(message.x) ~= "number" or type(message.y) ~= "number" then return end
  if #marks == most then table.remove(marks, 1) end
  marks[#marks + 1] = {
    x = message.x, y = message.y, client = client, time = now(),
    color = colors[(client - 1) % #colors + 1],
  }
end

function process(frame)
  while marks[1] and now() - marks[1].time > settings.seconds do table.remove(marks, 1) end

  local shown = {}
  for i, mark in ipairs(marks) do
    local age = math.max(0, now() - mark.time) / settings.seconds
    local look = { color = mark.color, line_width = 3, opacity = math.max(0, 1 - age) }
    frame:circle(mark.x, mark.y, settings.size * (1 + age), look)
    frame:circle(mark.x, mark.y, 4, { fill = mark.color, opacity = look.opacity })
    shown[i] = { x = mark.x, y = mark.y, client = mark.client, color = mark.color }
  end
  return { marks = shown }
end
