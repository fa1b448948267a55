-- moonreel calls process for every frame. Edit and save this file while the stream runs:
-- the change shows at once. docs/SCRIPTING.md describes every call.

settings = {
  label = { "moonreel", help = "text in the corner" },
  color = { "#ff8800", type = "color", help = "colour of the moving box" },
}

function process(frame, state)
  state.count = (state.count or 0) + 1 -- state keeps its values when you save

  frame:text(settings.label, 10, 10, { size = 24, color = "#fff", background = "#0008", radius = 6 })

  -- A box that moves to one side and back every eight seconds.
  local size = frame.height // 6
  local there = math.abs(frame.pts / 4 % 2 - 1)
  frame:rectangle((frame.width - size) * there, frame.height - size - 10, size, size,
    { stroke = settings.color, line_width = 4, radius = 8 })

  return { count = state.count } -- the payload: sent with the picture, as JSON
end
