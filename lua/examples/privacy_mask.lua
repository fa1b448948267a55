-- A rectangle nobody gets to see. Run it with `--on-script-error blank`, so that nothing shows
-- unmasked should this script ever fail.

settings = {
  x = { 0.35, min = 0, max = 1, step = 0.01, help = "left edge, as a part of the width" },
  y = { 0.25, min = 0, max = 1, step = 0.01, help = "upper edge, as a part of the height" },
  width = { 0.30, min = 0, max = 1, step = 0.01 },
  height = { 0.45, min = 0, max = 1, step = 0.01 },
  block = { 24, min = 4, max = 100, step = 1, help = "pixels to a block" },
}

function process(frame)
  frame:pixelate(settings.x * frame.width, settings.y * frame.height,
    settings.width * frame.width, settings.height * frame.height, settings.block)
end
