using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ActorP2P.Transport;

/// <summary>
/// CPU time of the calling thread (POSIX <c>clock_gettime</c>), so that what a remote costs can be measured on a busy
/// machine without charging it for what others do meanwhile. .NET has no such call for the current thread. Where the
/// system has none either the wall clock stands in, which errs against the remote.
/// </summary>
internal static class ThreadCpuClock
{
    // CLOCK_THREAD_CPUTIME_ID of <time.h>.
    private const int LinuxId = 3;
    private const int DarwinId = 16;
    private const int NanosecondsPerTick = 100;

    /// <summary>Comparable with values taken on the same thread only.</summary>
    public static TimeSpan Now
    {
        get
        {
            if ((OperatingSystem.IsLinux() || OperatingSystem.IsMacOS())
                && GetTime(OperatingSystem.IsLinux() ? LinuxId : DarwinId, out var time) == 0)
            {
                return new TimeSpan((time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanoseconds / NanosecondsPerTick));
            }

            return Stopwatch.GetElapsedTime(0);
        }
    }

    [DllImport("libc", EntryPoint = "clock_gettime")]
    private static extern int GetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct TimeSpec
    {
        public readonly nint Seconds;
        public readonly nint Nanoseconds;
    }
}
