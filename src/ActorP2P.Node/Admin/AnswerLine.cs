using System.Buffers;
using System.Text.Json;

namespace ActorP2P.Program.Admin;

/// <summary>An answer under construction, no longer than allowed: who adds rows stops when it is full.</summary>
internal sealed class AnswerLine : IDisposable
{
    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private readonly int _maxBytes;

    /// <summary>Begins the answer.</summary>
    public AnswerLine(AdminRequestKind kind, int maxBytes)
    {
        _maxBytes = maxBytes;
        Json = new Utf8JsonWriter(_buffer);
        Json.WriteStartObject();
        Json.WriteString("answer", AdminRequest.NameOf(kind));
    }

    /// <summary>Takes the members.</summary>
    public Utf8JsonWriter Json { get; }

    /// <summary>True when it cannot be sent any more.</summary>
    public bool IsFull => Json.BytesCommitted + Json.BytesPending > _maxBytes;

    /// <summary>An array of rows, as far as they fit.</summary>
    public void WriteRows<T>(string name, IEnumerable<T> rows, Action<T> write)
    {
        Json.WriteStartArray(name);
        foreach (var row in rows)
        {
            if (IsFull)
            {
                break;
            }

            write(row);
        }

        Json.WriteEndArray();
    }

    /// <summary>The line; an error when it became too long.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        Json.WriteEndObject();
        if (IsFull)
        {
            return new AdminError(AdminError.AnswerTooLarge, $"the answer is longer than {_maxBytes} bytes (admin.max-answer-bytes): ask for one namespace").Line();
        }

        Json.Flush();
        _buffer.Write("\n"u8);
        return _buffer.WrittenMemory;
    }

    /// <inheritdoc />
    public void Dispose() => Json.Dispose();
}
