using System.Text.Json;

namespace ActorP2P.Program.Hosting;

/// <summary>One event as a line.</summary>
internal static class EventLine
{
    /// <summary>The line of an event, with when it happened if that is known.</summary>
    public static ReadOnlyMemory<byte> Format(string eventName, Action<Utf8JsonWriter>? fields, DateTimeOffset? at = null) => JsonLine.Format(json =>
    {
        json.WriteString("event", eventName);
        if (at is { } time)
        {
            json.WriteString("at", time);
        }

        fields?.Invoke(json);
    });
}
