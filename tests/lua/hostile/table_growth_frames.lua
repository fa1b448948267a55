-- 8 MiB more are held after every frame.
-- when: live
-- again: yes
-- expect-log: not enough memory

local held = {}

function process(frame)
  held[#held + 1] = ("x"):rep(8 << 20) .. frame.index
end
