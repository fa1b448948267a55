-- Pixel shaders in plain Lua: `kernel` calls the function once and compiles what it
-- computes.

settings = {
  look = { "vignette", choices = { "vignette", "false colour", "edges" } },
  strength = { 1.2, min = 0, max = 3, step = 0.1 },
}

local looks = {}

looks["vignette"] = kernel(function(p, u)
  local x, y = p.x / p.width - 0.5, p.y / p.height - 0.5
  local light = 1 - u.strength * (x * x + y * y)
  return p.r * light, p.g * light, p.b * light
end)

-- Dark pixels become blue, medium ones green, bright ones red.
looks["false colour"] = kernel(function(p, u)
  local level = clamp((0.299 * p.r + 0.587 * p.g + 0.114 * p.b) / 255 * u.strength, 0, 1)
  return smoothstep(0.5, 0.9, level) * 255,
    (1 - abs(level - 0.5) * 2) * 255,
    smoothstep(0.5, 0.1, level) * 255
end)

looks["edges"] = kernel(function(p, u)
  local dx = p:at(1, 0).g - p:at(-1, 0).g
  local dy = p:at(0, 1).g - p:at(0, -1).g
  local edge = sqrt(dx * dx + dy * dy) * u.strength
  return edge, edge, edge
end)

function process(frame)
  frame:apply(looks[settings.look], { strength = settings.strength })
  return { look = settings.look }
end
