using System.Security.Cryptography;
using System.Text;
using ActorP2P.Fuzz.Engine;

namespace ActorP2P.Fuzz.Targets;

/// <summary>Changes one element of the DER inside one block of a PEM file, so that the change reaches past Base64 and the length checks.</summary>
internal static class PemMutator
{
    private const int MaxContentBytes = 2048;

    /// <summary>Null when the bytes hold no block of DER, and every second time: bytes may be changed as well.</summary>
    public static byte[]? Mutate(byte[] file, Random random)
    {
        var text = Encoding.UTF8.GetString(file);
        var blocks = new List<(Range Place, string Label, byte[] Der)>();
        for (var at = 0; PemEncoding.TryFind(text.AsSpan(at), out var found); at += found.Location.End.Value)
        {
            var block = text.AsSpan(at);
            blocks.Add((
                (at + found.Location.Start.Value)..(at + found.Location.End.Value),
                block[found.Label].ToString(),
                Convert.FromBase64String(block[found.Base64Data].ToString())));
        }

        if (blocks.Count == 0 || random.Next(2) == 0)
        {
            return null;
        }

        var (place, label, der) = blocks[random.Next(blocks.Count)];
        var changed = DerMutator.Mutate(der, random, content => ByteMutator.Mutate(content, content, MaxContentBytes, random));
        return changed is null
            ? null
            : Encoding.UTF8.GetBytes(text[..place.Start] + PemEncoding.WriteString(label, changed) + text[place.End..]);
    }
}
