using System.Reflection;

namespace EngineCallers.Surface;

/// <summary>
/// Both engines have the same members, checked on each of them against one list: <c>common.txt</c> holds what code may use on either,
/// <c>embedded.txt</c> what only the embedded engine has, under a type name that Akka.NET has too.
/// </summary>
public sealed class SurfaceCallers
{
    private static readonly Assembly Engine = typeof(ActorSystem).Assembly;

    private static readonly string[] Namespaces = Engine.GetName().Name == "Akka"
        ? ["Akka.Actor", "Akka.Actor.Internal", "Akka.Actor.Setup", "Akka.Configuration", "Akka.Dispatch", "Akka.Dispatch.MessageQueues", "Akka.Dispatch.SysMsg", "Akka.Event", "Akka"]
        : ["ActorP2P.Actors", "ActorP2P.Actors.Event"];

    [Fact]
    public void Every_member_of_the_common_list_is_there_with_its_signature()
    {
        var missing = new List<string>();
        foreach (var type in Read("common.txt").GroupBy(static line => line.Type))
        {
            var members = Find(type.Key) is { } found ? PublicSurface.AllOf(found).ToHashSet() : [];
            missing.AddRange(type.Where(line => !members.Contains(line.Member)).Select(static line => $"{line.Type}: {line.Member}"));
        }

        Assert.Empty(missing);
    }

    [Fact]
    public void What_only_the_embedded_engine_has_is_listed()
    {
        if (Engine.GetName().Name == "Akka")
            return;
        var listed = Read("common.txt").Concat(Read("embedded.txt")).ToHashSet();
        var names = listed.Select(static line => line.Type).ToHashSet();
        var present = Engine.GetExportedTypes()
            .Where(type => names.Contains(PublicSurface.NameOf(type)))
            .SelectMany(static type => PublicSurface.DeclaredBy(type).Select(member => (PublicSurface.NameOf(type), member)))
            .ToHashSet();
        Assert.Empty(present.Except(listed));
        Assert.Empty(Read("embedded.txt").Except(present));
    }

    private static IEnumerable<(string Type, string Member)> Read(string list)
    {
        using var stream = typeof(SurfaceCallers).Assembly.GetManifestResourceStream(list)!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
                yield return (line[..line.IndexOf(": ", StringComparison.Ordinal)], line[(line.IndexOf(": ", StringComparison.Ordinal) + 2)..]);
        }
    }

    private static Type? Find(string name)
    {
        var generic = name.IndexOf('<', StringComparison.Ordinal);
        var path = (generic < 0 ? name : $"{name[..generic]}`{name.Count(static c => c == ',') + 1}").Replace('.', '+');
        return Namespaces.Select(space => Engine.GetType($"{space}.{path}")).FirstOrDefault(static type => type is { IsVisible: true });
    }
}
