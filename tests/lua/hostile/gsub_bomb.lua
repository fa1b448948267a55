-- string.gsub that makes gigabytes of a megabyte.
-- when: live
-- expect-log: not enough memory|stopped after

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    ("x"):rep(1 << 20):gsub(".", ("y"):rep(1 << 12))
  end
end
