-- Requests of one kind for wrk: `wrk -s requests.lua URL -- TOKEN METHOD PATH [BODY]`. In path and body `{n}` is a number
-- that no other request of the run has, and `{line}` the next line of the file that LINES names, once only.

local threads = 0

function setup(thread)
    thread:set("thread", threads)
    threads = threads + 1
end

function init(args)
    headers = { ["Content-Type"] = "application/json" }
    if args[1] ~= "" then
        headers["Authorization"] = "Bearer " .. args[1]
    end
    method, path, body = args[2], args[3], args[4]
    first = tonumber(os.getenv("FIRST") or "0")
    count, of = 0, tonumber(os.getenv("THREADS"))
    if os.getenv("LINES") then
        lines = {}
        for line in io.lines(os.getenv("LINES")) do
            lines[#lines + 1] = line
        end
    end
end

local function filled(text)
    if not text then
        return nil
    end
    local n = count * of + thread
    text = text:gsub("{n}", string.format("%07d", first + n))
    if lines then
        -- wrk stops by the clock: when all are used up, it asks what changes nothing.
        text = text:gsub("{line}", lines[n % #lines + 1])
    end
    return text
end

function request()
    local made = wrk.format(method, filled(path), headers, filled(body))
    count = count + 1
    return made
end

function done(summary, latency)
    local seconds = summary.duration / 1e6
    local refused = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
    io.write(string.format("RESULT %d %.3f %d %.2f %.2f\n", summary.requests, seconds, refused,
        latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
