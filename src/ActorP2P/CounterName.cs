using System.Text.Json;

namespace ActorP2P;

/// <summary>Counter names from the program's own reasons, which are enum members or kebab-case words already.</summary>
internal static class CounterName
{
    /// <summary><c>WindowExceeded</c> becomes <c>window-exceeded</c>.</summary>
    public static string Of(string reason) => JsonNamingPolicy.KebabCaseLower.ConvertName(reason);
}
