-- Hides a rectangle of the picture. Run it with `--on-script-error blank`, so that no
-- frame is shown unmasked if the script fails.

settings = {
  x = { 0.35, min = 0, max = 1, step = 0.01, help = "left edge, as a part of the width" },
  y = { 0.25, min = 0, max = 1, step = 0.01, help = "upper edge, as a part of the height" },
  width = { 0.30, min = 0, max = 1, step = 0.01 },
  height = { 0.45, min = 0, max = 1, step = 0.01 },
  block = { 24, min = 4, max = 100, step = 1, help = "size of a block in pixels" },
}

function process(frame)
  frame:pixelate(settings.x * frame.width, settings.y * frame.height,
    settings.width * frame.width, settings.height * frame.height, settings.block)
end
