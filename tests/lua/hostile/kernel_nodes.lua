-- A kernel of 100,000 operations.
-- when: trial
-- expect-log: expression too large

kernel(function(p)
  local r = p.r
  for i = 1, 100000 do r = r * 1.5 + i end
  return r, r, r
end)

function process() end
