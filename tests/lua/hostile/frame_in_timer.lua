-- A frame in a timer's function.
-- when: live
-- expect-log: frame used after process returned

function process(frame)
  after(0, function() frame:rectangle(0, 0, 10, 10) end)
end
