using System.Text.Json;

namespace ActorP2P.Program.Hosting;

/// <summary>Takes events as JSON objects, one a line.</summary>
internal interface IEventLines
{
    /// <summary>Takes an object with an <c>event</c> field and what <paramref name="fields"/> adds.</summary>
    void Write(string eventName, Action<Utf8JsonWriter>? fields = null);
}
