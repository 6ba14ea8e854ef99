/**
 * One look at all buckets, by the clock of Redis: however many processes ask, there is one order and one time. What is
 * refused writes nothing, unless the clock was set back by more than the window: a bucket must not wait until it has caught up. Fractions go as
 * text, for Redis cuts numbers.
 *
 * KEYS: the buckets. ARGV: `1` to take, how many milliseconds the organization's clock is ahead, then of each bucket its
 * tokens, its window in milliseconds, and the cost. Gives whether it is allowed, and what each bucket holds then.
 */
export const takeTokensLua = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000) + tonumber(ARGV[2])
local held, heldAt, isBack, isAllowed = {}, {}, {}, 1
for i, key in ipairs(KEYS) do
  local max, window, cost = tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1]), tonumber(ARGV[3 * i + 2])
  local known = redis.call('HMGET', key, 'tokens', 'at')
  held[i], heldAt[i] = max, now
  if known[1] then
    local at = tonumber(known[2])
    isBack[i] = at - now > window
    if not isBack[i] then heldAt[i] = math.max(at, now) end
    held[i] = math.min(max, math.max(0, tonumber(known[1])) + math.max(0, now - at) * max / window)
  end
  if held[i] + 0.000001 < cost then isAllowed = 0 end
end
local isTaking = isAllowed == 1 and ARGV[1] == '1'
local answer = { isAllowed }
for i, key in ipairs(KEYS) do
  local max, window, cost = tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1]), tonumber(ARGV[3 * i + 2])
  if isTaking then held[i] = math.max(0, held[i] - cost) end
  local text = string.format('%.6f', held[i])
  if isTaking or isBack[i] then
    redis.call('HSET', key, 'tokens', text, 'at', string.format('%.0f', heldAt[i]))
    redis.call('PEXPIRE', key, math.ceil((max - held[i]) * window / max) + 1000)
  end
  answer[i + 1] = text
end
return answer`;
