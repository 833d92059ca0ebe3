using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace ActorP2P.Fuzz.Coverage;

/// <summary>Writes a copy of an assembly in which every basic block first tells <see cref="CoverageMap"/> its number.</summary>
public static class Instrumenter
{
    /// <summary>Instruments <paramref name="source"/> into <paramref name="destination"/>; the result is the number of blocks.</summary>
    public static int Instrument(string source, string destination)
    {
        using var resolver = new DefaultAssemblyResolver();
        resolver.AddSearchDirectory(Path.GetDirectoryName(Path.GetFullPath(source)));
        using var assembly = AssemblyDefinition.ReadAssembly(source, new ReaderParameters { AssemblyResolver = resolver });
        var module = assembly.MainModule;
        var hit = module.ImportReference(typeof(CoverageMap).GetMethod(nameof(CoverageMap.Hit)));
        // Numbers by seed: the same build gives the same map.
        var numbers = new Random(1);
        var blocks = 0;
        foreach (var method in module.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody))
        {
            blocks += Instrument(method.Body, hit, numbers);
        }

        assembly.Write(destination);
        return blocks;
    }

    private static int Instrument(MethodBody body, MethodReference hit, Random numbers)
    {
        body.SimplifyMacros();
        var starts = BlockStarts(body);
        var il = body.GetILProcessor();
        var moved = new Dictionary<Instruction, Instruction>();
        foreach (var start in starts)
        {
            var number = il.Create(OpCodes.Ldc_I4, numbers.Next(CoverageMap.Places));
            il.InsertBefore(start, number);
            il.InsertBefore(start, il.Create(OpCodes.Call, hit));
            moved[start] = number;
        }

        Redirect(body, moved);
        body.OptimizeMacros();
        return starts.Count;
    }

    private static HashSet<Instruction> BlockStarts(MethodBody body)
    {
        var starts = new HashSet<Instruction> { body.Instructions[0] };
        foreach (var instruction in body.Instructions)
        {
            switch (instruction.Operand)
            {
                case Instruction target:
                    starts.Add(target);
                    break;
                case Instruction[] targets:
                    starts.UnionWith(targets);
                    break;
            }

            var forks = instruction.OpCode.FlowControl == FlowControl.Cond_Branch;
            if (forks && instruction.Next is { } next)
            {
                starts.Add(next);
            }
        }

        return starts;
    }

    private static void Redirect(MethodBody body, Dictionary<Instruction, Instruction> moved)
    {
        Instruction Now(Instruction was) => moved.GetValueOrDefault(was, was);
        foreach (var instruction in body.Instructions)
        {
            instruction.Operand = instruction.Operand switch
            {
                Instruction target => Now(target),
                Instruction[] targets => Array.ConvertAll(targets, Now),
                var other => other,
            };
        }

        foreach (var handler in body.ExceptionHandlers)
        {
            handler.TryStart = Now(handler.TryStart);
            handler.TryEnd = Now(handler.TryEnd);
            handler.HandlerStart = Now(handler.HandlerStart);
            handler.HandlerEnd = handler.HandlerEnd is null ? null : Now(handler.HandlerEnd);
            handler.FilterStart = handler.FilterStart is null ? null : Now(handler.FilterStart);
        }
    }
}
