-- Enlarges the middle of the picture, and shows the whole picture in a corner.

settings = {
  zoom = { 2, min = 1, max = 8, step = 0.1 },
  inset = { 0.25, min = 0.1, max = 0.5, step = 0.05, help = "part of the width" },
}

function process(frame)
  local width, height = frame.width, frame.height
  local small = frame:resize(width * settings.inset, height * settings.inset)

  local w, h = width / settings.zoom, height / settings.zoom
  local x, y = (width - w) / 2, (height - h) / 2
  frame:blit(frame:crop(x, y, w, h):resize(width, height), 0, 0)

  frame:blit(small, 12, 12)
  frame:rectangle(12, 12, small.width, small.height, { stroke = "#fff", line_width = 2 })
  frame:rectangle(12 + x * settings.inset, 12 + y * settings.inset, w * settings.inset,
    h * settings.inset, { stroke = "#ff8800", line_width = 2 })
end
