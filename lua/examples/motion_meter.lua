-- Shows where something moves: it compares the brightness of each cell of a grid with the
-- cell's usual brightness. A change of the whole picture (a camera that adapts to the
-- light) does not count. The payload has boxes and a score.

settings = {
  columns = { 24, min = 4, max = 64, step = 1 },
  rows = { 12, min = 4, max = 64, step = 1 },
  threshold = { 12, min = 1, max = 100, help = "change of a cell that moves" },
}

local usual -- usual brightness of each cell; it follows the picture slowly

local function median(values)
  local sorted = table.move(values, 1, #values, 1, {})
  table.sort(sorted)
  return sorted[#sorted // 2 + 1]
end

function process(frame)
  local columns, rows = settings.columns, settings.rows
  local now = frame:luma(columns, rows)
  if not usual or #usual ~= #now then usual = now end

  local changes = {}
  for i, level in ipairs(now) do
    changes[i] = level - usual[i]
  end
  local common = median(changes)

  local boxes, moving = {}, 0
  local width, height = frame.width // columns, frame.height // rows
  for i, change in ipairs(changes) do
    usual[i] = usual[i] + change * 0.05
    change = math.abs(change - common)
    if change > settings.threshold then
      moving = moving + 1
      local x, y = (i - 1) % columns * width, (i - 1) // columns * height
      boxes[#boxes + 1] = { x = x, y = y, w = width, h = height }
      frame:rectangle(x, y, width, height, { fill = "#ff880055" })
    end
  end

  local score = math.floor(100 * moving / #now) / 100
  frame:rectangle(12, frame.height - 24, 200, 12, { fill = "#0008" })
  frame:rectangle(12, frame.height - 24, 200 * score, 12, { fill = "#ff8800" })
  return { score = score, boxes = boxes }
end
