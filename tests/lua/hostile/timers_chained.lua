-- A timer that sets itself again at once, for ever.
-- when: live
-- expect-payload: "chained":true

local count = 0

local function again()
  count = count + 1
  after(0, again)
end

function init()
  again()
end

function process()
  return { chained = count > 3 }
end
