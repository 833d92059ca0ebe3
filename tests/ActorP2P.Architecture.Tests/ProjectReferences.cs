using System.Xml.Linq;

namespace ActorP2P.Tests.Architecture;

/// <summary>The one-way references between projects. What is not listed is forbidden.</summary>
public sealed class ProjectReferences
{
    private const string Engine = "<engine>";

    /// <summary>Project → what it may reference. The engine is what UsesActorEngine or UsesActorTestKit brings.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["ActorP2P.Hocon"] = [],
        ["ActorP2P.Actors"] = ["ActorP2P.Hocon"],
        ["ActorP2P.Actors.TestKit"] = ["ActorP2P.Actors"],
        ["ActorP2P.Protocol"] = [],
        ["ActorP2P.Transport"] = ["ActorP2P.Protocol"],
        ["ActorP2P"] = ["ActorP2P.Hocon", "ActorP2P.Protocol", "ActorP2P.Transport", Engine],
        ["ActorP2P.Guomi"] = ["ActorP2P.Protocol"],
        ["ActorP2P.AkkaRemoting"] = ["ActorP2P", "ActorP2P.Hocon", "ActorP2P.Protocol", Engine],
        ["ActorP2P.Node"] = ["ActorP2P", "ActorP2P.Guomi", "ActorP2P.Hocon", "ActorP2P.Protocol", "ActorP2P.Transport", Engine],
    };

    public static TheoryData<string> SourceProjects => [.. Allowed.Keys];

    [Theory]
    [MemberData(nameof(SourceProjects))]
    public void A_project_references_only_what_it_may(string project)
    {
        var references = ReferencesOf(Repository.ProjectFile(project));
        Assert.Empty(references.Except(Allowed[project]));
    }

    [Fact]
    public void Every_source_project_has_its_row() =>
        Assert.Equal(Allowed.Keys.Order(), Repository.SourceProjects().Select(Path.GetFileNameWithoutExtension).Order()!);

    [Theory]
    [InlineData("ActorP2P.Hocon")]
    [InlineData("ActorP2P.Protocol")]
    public void A_pure_project_is_under_the_banned_API_analyzer_and_takes_no_package(string project)
    {
        var file = XDocument.Load(Repository.ProjectFile(project));
        Assert.Equal("true", file.Descendants("PureProject").Single().Value);
        Assert.Empty(file.Descendants("PackageReference"));
        Assert.Empty(file.Descendants("FrameworkReference"));
    }

    [Fact]
    public void Nobody_references_the_program_or_a_test() => Assert.All(
        Repository.SourceProjects(),
        file => Assert.DoesNotContain(ReferencesOf(file), name => name == "ActorP2P.Node" || name.EndsWith("Tests", StringComparison.Ordinal)));

    private static IEnumerable<string> ReferencesOf(string file)
    {
        var project = XDocument.Load(file);
        foreach (var reference in project.Descendants("ProjectReference"))
        {
            yield return Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/'));
        }

        if (project.Descendants("UsesActorEngine").Any())
        {
            yield return Engine;
        }
    }
}
