using Spectre.Console;

namespace ActorP2P.Program.Inspect;

/// <summary>Standard output, as a terminal or as a pipe.</summary>
internal static class ReportOutput
{
    /// <summary>Hexadecimal digits of a node's ID on a terminal, as in logs.</summary>
    private const int ShortNodeDigits = 12;

    /// <summary>True when somebody looks at it.</summary>
    public static bool IsTerminal => !Console.IsOutputRedirected;

    /// <summary>True for a terminal that can move its cursor, as a table that changes in place needs.</summary>
    public static bool IsLive => IsTerminal && AnsiConsole.Profile.Capabilities is { Ansi: true, Interactive: true };

    /// <summary>A node's ID: short for people, whole for programs.</summary>
    public static string Node(string id) => IsTerminal && id.Length > ShortNodeDigits ? id[..ShortNodeDigits] : id;

    /// <summary>Writes a table in the fitting form.</summary>
    public static void Write(ReportTable table)
    {
        if (IsTerminal)
        {
            AnsiConsole.Write(table.ToTerminal());
        }
        else
        {
            table.WriteTo(Console.Out);
        }
    }

    /// <summary>Writes an answer as it came.</summary>
    public static void WriteJson(ReadOnlyMemory<byte> line)
    {
        using var output = Console.OpenStandardOutput();
        output.Write(line.Span);
        output.Write("\n"u8);
    }
}
