-- Says what the frame was recorded with.
function process(frame)
  return { there = frame.recorded ~= nil, recorded = frame.recorded }
end
