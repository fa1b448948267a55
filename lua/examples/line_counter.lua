-- Counts objects that cross a vertical line. The line is a column of cells. An object is
-- on the line while enough cells differ from the empty scene.

settings = {
  line = { 0.5, min = 0, max = 1, step = 0.01, help = "position, as a part of the width" },
  cells = { 24, min = 4, max = 100, step = 1, help = "number of cells of the line" },
  threshold = { 25, min = 1, max = 255, help = "change of a covered cell" },
  share = { 0.08, min = 0, max = 1, step = 0.01, help = "least part of the line that is covered" },
}

local empty -- brightness of each cell while nothing is on the line

function process(frame, state)
  state.count = state.count or 0
  local x = math.min(settings.line * frame.width, frame.width - 8)
  local cells = frame:crop(x, 0, 8, frame.height):luma(1, settings.cells)
  if not empty or #empty ~= #cells then empty = cells end

  local covered = 0
  for i, level in ipairs(cells) do
    local differs = math.abs(level - empty[i]) > settings.threshold
    if differs then covered = covered + 1 end
    empty[i] = empty[i] + (level - empty[i]) * (differs and 0.002 or 0.05)
  end

  local crossing = covered / #cells > settings.share
  if crossing and not state.crossing then state.count = state.count + 1 end
  state.crossing = crossing

  frame:line(x, 0, x, frame.height, { stroke = crossing and "#ff3030" or "#30ff60", line_width = 3 })
  frame:text(tostring(state.count), x + 10, 10, { size = 32, color = "#fff", background = "#0008" })
  return { count = state.count, crossing = crossing }
end
