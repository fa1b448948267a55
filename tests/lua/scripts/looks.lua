-- Looks at a frame in every way without touching it.
local twice = kernel(function(p) return p.r * 2, p.g, p.b end)

function look_at(frame, before)
  local r, g, b = frame:mean()
  local part = frame:crop(3, 1, 8, 6)
  local small = frame:resize(5, 4)
  local copy = frame:copy()
  local applied = frame:copy()
  applied:apply(twice)
  return {
    mean = { r, g, b }, part_mean = { frame:mean(1, 2, 3, 4) }, luma = frame:luma(3, 2),
    pixel = { frame:get(5, 3) }, row = { frame:row(2):byte(1, -1) },
    red = frame:histogram("r")[200], bright = frame:histogram()[90],
    crop = { part.width, part.height, part:get(2, 2) }, small = { small:get(1, 1) },
    copy = { copy.width, copy.height, copy:get(7, 5) }, applied = { applied:get(5, 3) },
    change = before and before:difference(frame),
  }
end

local before
function process(frame)
  local seen = look_at(frame, before)
  before = frame:copy()
  return seen
end
