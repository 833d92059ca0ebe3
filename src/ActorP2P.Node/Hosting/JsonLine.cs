using System.Buffers;
using System.Text.Json;

namespace ActorP2P.Program.Hosting;

/// <summary>A JSON object and a line end.</summary>
internal static class JsonLine
{
    /// <summary>The line of an object with these members.</summary>
    public static ReadOnlyMemory<byte> Format(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenMemory;
    }
}
