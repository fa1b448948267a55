-- The smallest script: it touches no pixels. For smoke tests.

function process(frame)
  return { index = frame.index }
end
